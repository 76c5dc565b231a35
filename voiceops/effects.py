"""The seam through which every effect passes: disk, network, clock, sleep."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

T = TypeVar("T")

LONGEST_STEP_S = 0.1


class Effects(Protocol):
    """What the program does to the world, one method an effect.

    Nothing else in voiceops writes a file, sends a request, reads the clock or sleeps, so a test
    that stands here sees, delays, fails or forgets any effect. Methods raise OSError as the
    system does.
    """

    def write(self, path: Path, data: bytes, *, mode: int) -> None:
        """Make or empty the file, then write all of `data`; durable only after `fsync`."""

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
    """The effects of the machine that we run on; `clock` is another one than the machine's."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self._clock = clock

    def write(self, path: Path, data: bytes, *, mode: int) -> None:
        _put(path, data, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)

    def append(self, path: Path, data: bytes, *, mode: int) -> None:
        _put(path, data, os.O_WRONLY | os.O_CREAT | os.O_APPEND, mode)

    def truncate(self, path: Path, size_bytes: int) -> None:
        os.truncate(path, size_bytes)

    def fsync(self, path: Path) -> None:
        _fsync(path, os.O_RDWR)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def fsync_dir(self, directory: Path) -> None:
        if os.name == "posix":  # other systems cannot open a folder
            _fsync(directory, os.O_RDONLY)

    def unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def make_dir(self, directory: Path) -> None:
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


def _put(path: Path, data: bytes, flags: int, mode: int) -> None:
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(descriptor, "wb", closefd=True) as file:
        file.write(data)


def _fsync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
