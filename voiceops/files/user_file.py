"""Read a file that a person wrote, if it is one, and of the project."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

from voiceops.containment import find_stray
from voiceops.errors import Fault, Place
from voiceops.files.yaml.tree import MAX_BYTES


def read_source(root: Path, path: str) -> bytes | Fault:
    """Read the file at a path relative to the root; the Fault says why it cannot be.

    Links are followed inside the project only. Of a file that is too large, one byte more than is
    allowed is read.
    """
    place = Place(path, 1, 1)
    file = root / path
    try:
        if why := find_stray(root, file):
            return Fault(place, why, "put the file itself here")
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
