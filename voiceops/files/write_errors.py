"""What the system refuses while we write becomes one of our errors, at the border."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voiceops.errors import FileUnusable

# Where what lies there is not what it seems.
_SPECIAL = dict.fromkeys(
    (errno.ELOOP, errno.EINVAL, errno.ENXIO),
    "put a regular file or folder of the project in its place, or remove it",
)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an OSError of the block into a FileUnusable that names the file."""
    try:
        yield
    except OSError as error:
        raise FileUnusable(
            f"{path.name}: cannot be written: {error.strerror or error}",
            hint=_SPECIAL.get(error.errno or 0)
            or f"make room, or make {path.parent} writable; then apply again",
        ) from error
