"""Replace a file in one step, so that nobody ever sees half of it."""

from __future__ import annotations

import os
from pathlib import Path

from voiceops.effects import Effects


def replace_file(path: Path, data: bytes, *, effects: Effects, mode: int) -> None:
    """Make the file hold `data`: a reader and a power cut see the old content or the new one.

    A symbolic link stays one: the file that it points at is replaced. A file that is there keeps
    its permissions. Raises OSError; the old content is then still there.
    """
    target = Path(os.path.realpath(path))
    kept_mode = target.stat().st_mode & 0o777 if target.exists() else mode
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        effects.write(temporary, data, mode=kept_mode)
        effects.fsync(temporary)
        effects.rename(temporary, target)
    except OSError:
        effects.unlink(temporary)
        raise
    effects.fsync_dir(target.parent)
