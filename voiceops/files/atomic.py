"""Replace a file in one step, so that nobody ever sees half of it."""

from __future__ import annotations

import stat
from pathlib import Path

from voiceops.effects import Effects


def replace_file(path: Path, data: bytes, *, effects: Effects, mode: int) -> None:
    """Make the file hold `data`: a reader and a power cut see the old content or the new one.

    What is written is a new file of a name that nobody can guess, which then takes the other's
    place. A link stays one, if it may be followed: the file that it points at is replaced. Others
    may do with it what `mode` says, or less, if the file that was there gave them less.
    Raises OSError; the old content is then still there.
    """
    target = effects.locate(path)
    temporary = target.with_name(f".{target.name}.{effects.token()}.tmp")
    effects.create(temporary, data, mode=mode & _find_limit(target))
    try:
        effects.fsync(temporary)
        effects.rename(temporary, target)
    except OSError:
        effects.unlink(temporary)
        raise
    effects.fsync_dir(target.parent)


def _find_limit(target: Path) -> int:
    """Give the permissions that others have of what is there, and all of our own."""
    try:
        return target.stat().st_mode | stat.S_IRWXU
    except FileNotFoundError:
        return 0o777
