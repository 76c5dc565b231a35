"""Read files that are files: no pipe that never ends, no device."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_regular(path: Path, *, limit_bytes: int | None = None) -> bytes:
    """Read a file whole; of one that is larger than the limit, one byte more than that.

    Raises FileNotFoundError if there is nothing; another OSError for a folder, a pipe, a device, a
    link that leads nowhere, and what the system refuses.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            raise _refusal(errno.ELOOP, "it is a link that leads nowhere", path) from None
        raise
    if stat.S_ISDIR(mode):
        raise _refusal(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(mode):
        raise _refusal(errno.EINVAL, "it is not a regular file", path)
    with path.open("rb") as stream:
        return stream.read() if limit_bytes is None else stream.read(limit_bytes + 1)


def _refusal(number: int, why: str, path: Path) -> OSError:
    return OSError(number, why, str(path))
