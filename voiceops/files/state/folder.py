"""The folder for what git does not keep: journal, process lock, previews, the sandbox."""

from __future__ import annotations

from pathlib import Path

from voiceops.effects import Effects
from voiceops.files.atomic import replace_file
from voiceops.files.write_errors import writing


def make_state_dir(root: Path, *, effects: Effects) -> Path:
    """Make `.voiceops/` in the project, with a .gitignore that leaves out all of it."""
    directory = root / ".voiceops"
    ignore = directory / ".gitignore"
    with writing(ignore):
        effects.make_dir(directory)
        if not ignore.exists():
            replace_file(ignore, b"*\n", effects=effects, mode=0o644)
    return directory
