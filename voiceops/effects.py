"""The seam through which every effect passes: disk, network, clock, sleep."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from voiceops.containment import refuse_stray

T = TypeVar("T")

LONGEST_STEP_S = 0.1
_TOKEN_BYTES = 8
# Neither a link nor a pipe that nobody reads is followed or waited for; not all systems can say so.
_STRICTLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Effects(Protocol):
    """What the program does to the world, one method an effect.

    Nothing else in voiceops writes a file, sends a request, reads the clock or sleeps, so a test
    that stands here sees, delays, fails or forgets any effect. Methods raise OSError as the
    system does; also where a link below the project's folder leads out of it. No file is opened
    through a link, and only regular ones are.
    """

    def locate(self, path: Path) -> Path:
        """Follow the links of a path as far as they lead; nothing needs to be there."""

    def token(self) -> str:
        """Give 16 hex digits that nobody can guess, other ones each time."""

    def create(self, path: Path, data: bytes, *, mode: int) -> None:
        """Make a file that is not there yet, whole or not at all; durable only after `fsync`."""

    def append(self, path: Path, data: bytes, *, mode: int) -> None:
        """Add `data` at the end of the file, making it if need be; durable only after `fsync`."""

    def truncate(self, path: Path, size_bytes: int) -> None:
        """Cut the file to its first `size_bytes`; durable only after `fsync`."""

    def fsync(self, path: Path) -> None:
        """Return once the file's content would survive a power cut."""

    def rename(self, source: Path, target: Path) -> None:
        """Put `source` in the place of `target` in one step; durable after `fsync_dir`."""

    def fsync_dir(self, directory: Path) -> None:
        """Return once the names in the folder would survive a power cut."""

    def unlink(self, path: Path) -> None:
        """Remove the file; one that is not there is no error."""

    def make_dir(self, directory: Path) -> None:
        """Make the folder and those above it; one that is there is no error."""

    def exchange(self, perform: Callable[[], T]) -> T:
        """Send one request and take its reply: `perform` does both."""

    def now(self) -> datetime:
        """Tell the time of day, in UTC."""

    def monotonic(self) -> float:
        """Tell seconds on a clock that never goes back."""

    def sleep(self, seconds: float, *, unless: Callable[[], bool] | None = None) -> None:
        """Wait, but not longer than until `unless` is true."""


class System:
    """The effects of the machine that we run on.

    `root` is the project's folder: no link below it leads a write out of it, or into git's own
    folder. Without one nothing is held back: every path is then one that a person named. `clock`
    is another one than the machine's.
    """

    def __init__(
        self, root: Path | None = None, *, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.root = root
        self._clock = clock

    def locate(self, path: Path) -> Path:
        self._refuse_stray(path)
        target = Path(os.path.realpath(path))
        if target.is_symlink():
            raise OSError(errno.ELOOP, "its links go in circles", str(path))
        return target

    def token(self) -> str:
        return secrets.token_hex(_TOKEN_BYTES)

    def create(self, path: Path, data: bytes, *, mode: int) -> None:
        self._refuse_stray(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _STRICTLY, mode)
        try:
            _write_all(descriptor, data)
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise

    def append(self, path: Path, data: bytes, *, mode: int) -> None:
        self._refuse_stray(path)
        _write_all(_open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, mode), data)

    def truncate(self, path: Path, size_bytes: int) -> None:
        self._refuse_stray(path)
        descriptor = _open(path, os.O_RDWR)
        try:
            os.ftruncate(descriptor, size_bytes)
        finally:
            os.close(descriptor)

    def fsync(self, path: Path) -> None:
        self._refuse_stray(path)
        _fsync(_open(path, os.O_RDWR))

    def rename(self, source: Path, target: Path) -> None:
        self._refuse_stray(source.parent)
        self._refuse_stray(target.parent)
        source.replace(target)

    def fsync_dir(self, directory: Path) -> None:
        if os.name == "posix":  # other systems cannot open a folder
            _fsync(os.open(directory, os.O_RDONLY))

    def unlink(self, path: Path) -> None:
        self._refuse_stray(path.parent)
        path.unlink(missing_ok=True)

    def make_dir(self, directory: Path) -> None:
        self._refuse_stray(directory)
        directory.mkdir(parents=True, exist_ok=True)

    def exchange(self, perform: Callable[[], T]) -> T:
        return perform()

    def now(self) -> datetime:
        return self._clock() if self._clock else datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float, *, unless: Callable[[], bool] | None = None) -> None:
        if unless is None:
            time.sleep(seconds)
            return
        # In short steps: an event that a signal handler sets may deadlock with the one who waits.
        end = time.monotonic() + seconds
        while not unless() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, LONGEST_STEP_S))

    def _refuse_stray(self, path: Path) -> None:
        if self.root is not None:
            refuse_stray(self.root, path)


def _open(path: Path, flags: int, mode: int = 0o600) -> int:
    """Open a regular file, and nothing else; gives its descriptor."""
    try:
        descriptor = os.open(path, flags | _STRICTLY, mode)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link", str(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return descriptor


def _write_all(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb", closefd=True) as file:
        file.write(data)


def _fsync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
