"""Read files that are files: no pipe that never ends, no device."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

# A pipe is not waited for, and a link not followed; not all systems can say so.
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def read_regular(path: Path, *, limit_bytes: int | None = None, follows_link: bool = True) -> bytes:
    """Read a file whole; of one that is larger than the limit, one byte more than that.

    Raises FileNotFoundError if there is nothing; another OSError for a folder, a pipe, a device, a
    link that leads nowhere or is not to be followed, and what the system refuses.
    """

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | _NO_WAIT | (0 if follows_link else _NO_LINK))

    try:
        stream = open(path, "rb", opener=opener)  # noqa: SIM115 - what is opened is looked at first
    except FileNotFoundError:
        if path.is_symlink():
            raise _refusal(errno.ELOOP, "it is a link that leads nowhere", path) from None
        raise
    except OSError as error:
        if error.errno == errno.ELOOP and not follows_link:
            raise _refusal(errno.ELOOP, "it is a link", path) from None
        raise
    with stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise _refusal(errno.EINVAL, "it is not a regular file", path)
        return stream.read() if limit_bytes is None else stream.read(limit_bytes + 1)


def _refusal(number: int, why: str, path: Path) -> OSError:
    return OSError(number, why, str(path))
