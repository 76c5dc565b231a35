"""The folder for what git does not keep: journal, process lock, previews, the sandbox."""

from __future__ import annotations

from pathlib import Path

from voiceops.effects import Effects
from voiceops.files.writing import writing


def make_state_dir(root: Path, *, effects: Effects) -> Path:
    """Make `.voiceops/` in the project, with a .gitignore that leaves out all of it."""
    directory = root / ".voiceops"
    ignore = directory / ".gitignore"
    if not ignore.exists():
        with writing(ignore):
            effects.make_dir(directory)
            effects.write(ignore, b"*\n", mode=0o644)
    return directory
