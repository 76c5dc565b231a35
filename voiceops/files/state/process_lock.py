"""One apply at a time in an environment, on this machine."""

from __future__ import annotations

import errno
import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from voiceops.core.forms import read_time
from voiceops.effects import Effects
from voiceops.errors import LockHeld
from voiceops.files.atomic import replace_file
from voiceops.files.regular_file import read_regular
from voiceops.files.write_errors import writing

_MOST_BYTES = 4096
_HOST = re.compile(r"[\w.-]{1,255}", re.ASCII)


@contextmanager
def hold(state_dir: Path, *, effects: Effects) -> Iterator[None]:
    """Hold the environment's process lock; LockHeld at once if somebody else does.

    The kernel frees the lock when its holder dies, however it dies. A note beside it says who
    holds it, for the refusal alone.
    """
    from filelock import FileLock, Timeout  # 80 ms

    note = state_dir / "holder.json"
    path = state_dir / "lock"
    with writing(path):
        effects.make_dir(state_dir)
        _refuse_special(path)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise LockHeld(
                f"another apply is at work here{_describe(note)}",
                hint="wait for it to end, then plan again",
            ) from error
    try:
        started = effects.now().isoformat(timespec="seconds")
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "started": started}
        with writing(note):
            replace_file(note, json.dumps(holder).encode(), effects=effects, mode=0o600)
        yield
    finally:
        lock.release()


def find_holder(state_dir: Path) -> str | None:
    """Describe who holds the process lock, as the end of a sentence; None if it is free.

    To find out, it is taken for a moment.
    """
    from filelock import FileLock, Timeout

    path = state_dir / "lock"
    if not os.path.lexists(path):
        return None
    with writing(path):
        _refuse_special(path)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return _describe(state_dir / "holder.json")
    lock.release()
    return None


def _refuse_special(path: Path) -> None:
    """Raise OSError unless the lock's file is one, or is not there yet: opening it empties it."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def _describe(note: Path) -> str:
    try:
        holder = json.loads(read_regular(note, limit_bytes=_MOST_BYTES, follows_link=False))
        pid, host, started = holder["pid"], holder["host"], holder["started"]
        since, is_host = read_time(started), _HOST.fullmatch(host)
        pid = f"{pid:d}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    if since is None or not is_host:
        return ""
    return f": process {pid} on {host}, since {since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
