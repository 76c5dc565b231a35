"""Read a file that a person wrote, if it is one, and of the project."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from voiceops.errors import Fault, Place
from voiceops.files.yaml_tree import MAX_BYTES


def read_source(root: Path, path: str) -> bytes | Fault:
    """Read the file at a path relative to the root; the Fault says why it cannot be.

    Links are followed inside the project only. Of a file that is too large, one byte more than is
    allowed is read.
    """
    place = Place(path, 1, 1)
    file = root / path
    try:
        if not is_inside(root, file):
            return Fault(place, "the link leads out of the project", "put the file itself here")
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode):
            return Fault(place, "this is a folder, not a file", "rename it, or move it elsewhere")
        if not stat.S_ISREG(mode):
            return Fault(place, "this is not a regular file", "put a file in its place")
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = "its links go in circles" if error.errno == errno.ELOOP else error.strerror
        return Fault(
            place, f"cannot be read: {reason}", "check that it is there, and its permissions"
        )


def is_inside(root: Path, path: Path) -> bool:
    """Tell whether a path, its links followed as far as they lead, stays in the root."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
