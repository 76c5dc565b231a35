"""A world that can end at any effect: a disk that forgets, a lossy network, a clock of its own.

The files are real, in a folder of the test's; what survives a power cut is tracked beside them.
"""

from __future__ import annotations

import itertools
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import httpx

from voiceops.effects import System

T = TypeVar("T")
START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class Died(BaseException):
    """The process is no more. Nothing may catch this, and no effect happens after it."""


class Blow(StrEnum):
    """What strikes at an effect."""

    DEATH_BEFORE = "death_before"
    DEATH_AFTER = "death_after"
    POWER_CUT_BEFORE = "power_cut_before"
    POWER_CUT_AFTER = "power_cut_after"
    TORN = "torn"
    DISK_FULL = "disk_full"
    IO_ERROR = "io_error"
    SIGNAL = "signal"
    NOT_SENT = "not_sent"
    REPLY_LOST = "reply_lost"
    MID_REPLY = "mid_reply"


DISK = frozenset(
    {"create", "append", "truncate", "fsync", "rename", "fsync_dir", "unlink", "make_dir"}
)
FOR_DISK = (
    Blow.DEATH_BEFORE,
    Blow.DEATH_AFTER,
    Blow.POWER_CUT_BEFORE,
    Blow.POWER_CUT_AFTER,
    Blow.DISK_FULL,
    Blow.IO_ERROR,
    Blow.SIGNAL,
)
FOR_NETWORK = (
    Blow.DEATH_BEFORE,
    Blow.DEATH_AFTER,
    Blow.POWER_CUT_BEFORE,
    Blow.POWER_CUT_AFTER,
    Blow.SIGNAL,
    Blow.NOT_SENT,
    Blow.REPLY_LOST,
    Blow.MID_REPLY,
)
FOR_CLOCK = (Blow.DEATH_BEFORE, Blow.POWER_CUT_BEFORE, Blow.SIGNAL)


def blows_for(effect: str) -> tuple[Blow, ...]:
    """List what can strike at an effect of this kind."""
    if effect in {"create", "append"}:
        return (*FOR_DISK, Blow.TORN)
    if effect in DISK:
        return FOR_DISK
    return FOR_NETWORK if effect == "exchange" else FOR_CLOCK


@dataclass
class Inode:
    """A file's content as a power cut would leave it; None: never made durable."""

    durable: bytes = b""


def _place(path: Path) -> Path:
    """Give the place of a name on the disk, whatever links lead to its folder."""
    return Path(os.path.realpath(path.parent)) / path.name


class World(System):
    """The effects of one machine. `strike_at` counts effects from 0; `trace` lists their kinds.

    `meanwhile` maps a count to what somebody else does just before that effect. `time` is the
    true one; the machine's own clock is `ahead` of it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.time = START
        self.ahead = timedelta()
        self.trace: list[str] = []
        self.strike_at: int | None = None
        self.blow: Blow | None = None
        self.is_dead = False
        self.on_signal: Callable[[], None] = lambda: None
        self.meanwhile: dict[int, Callable[[], None]] = {}
        self._tokens = itertools.count()
        self._loose_dirs: set[Path] = set()
        self._names: dict[Path, Inode] = {}
        self._durable_names: dict[Path, Inode] = {}
        self._mutex = threading.RLock()

    def adopt(self, root: Path) -> None:
        """Take the files and folders that are there as durable."""
        self._loose_dirs.clear()
        for path in root.rglob("*"):
            if path.is_file() and not path.is_symlink():
                inode = Inode(path.read_bytes())
                self._names[_place(path)] = self._durable_names[_place(path)] = inode

    def forget(self, folder: Path) -> None:
        """Lose a folder for good."""
        real = Path(os.path.realpath(folder))
        for names in (self._names, self._durable_names):
            for path in [path for path in names if path.is_relative_to(real)]:
                del names[path]

    def revive(self) -> None:
        """Start the machine again: what was not durable is gone if the power was cut."""
        if self.is_dead and self.blow in {Blow.POWER_CUT_BEFORE, Blow.POWER_CUT_AFTER, Blow.TORN}:
            self._lose_what_was_not_durable()
        self.is_dead = False
        self.strike_at = self.blow = None
        self.trace = []

    def token(self) -> str:
        return f"{next(self._tokens):016x}"

    def create(self, path: Path, data: bytes, *, mode: int) -> None:
        self._put("create", path, data, mode, super().create)

    def append(self, path: Path, data: bytes, *, mode: int) -> None:
        self._put("append", path, data, mode, super().append)

    def truncate(self, path: Path, size_bytes: int) -> None:
        self._do("truncate", lambda: super(World, self).truncate(path, size_bytes))

    def fsync(self, path: Path) -> None:
        def do() -> None:
            self._names[_place(path)].durable = path.read_bytes()

        self._do("fsync", do)

    def rename(self, source: Path, target: Path) -> None:
        def do() -> None:
            super(World, self).rename(source, target)
            self._names[_place(target)] = self._names.pop(_place(source))

        self._do("rename", do)

    def fsync_dir(self, directory: Path) -> None:
        def do() -> None:
            real = Path(os.path.realpath(directory))
            kept = {p: i for p, i in self._durable_names.items() if p.parent != real}
            now = {p: i for p, i in self._names.items() if p.parent == real}
            self._durable_names = kept | now
            self._loose_dirs -= {folder for folder in self._loose_dirs if folder.parent == real}

        self._do("fsync_dir", do)

    def unlink(self, path: Path) -> None:
        def do() -> None:
            super(World, self).unlink(path)
            self._names.pop(_place(path), None)

        self._do("unlink", do)

    def make_dir(self, directory: Path) -> None:
        def do() -> None:
            real = Path(os.path.realpath(directory))
            new = {folder for folder in (real, *real.parents) if not folder.exists()}
            super(World, self).make_dir(directory)
            self._loose_dirs |= new

        self._do("make_dir", do)

    def exchange(self, perform: Callable[[], T]) -> T:
        def lose() -> T:
            match self._struck():
                case Blow.NOT_SENT:
                    raise httpx.ConnectError("refused")
                case Blow.REPLY_LOST:
                    perform()
                    raise httpx.ReadError("reset")
                case Blow.MID_REPLY:
                    perform()
                    raise httpx.RemoteProtocolError("incomplete")
                case _:
                    return perform()

        self.time += timedelta(milliseconds=10)
        return self._do("exchange", lose)

    def now(self) -> datetime:
        self.time += timedelta(microseconds=1)
        return self._do("now", lambda: self.time + self.ahead)

    def monotonic(self) -> float:
        return self._do("monotonic", (self.time - START).total_seconds)

    def sleep(self, seconds: float, *, unless: Callable[[], bool] | None = None) -> None:
        def do() -> None:
            if unless is None or not unless():
                self.time += timedelta(seconds=seconds)

        self._do("sleep", do)

    def _struck(self) -> Blow | None:
        return self.blow if len(self.trace) - 1 == self.strike_at else None

    def _do(
        self, kind: str, perform: Callable[[], T], *, half: Callable[[], None] = lambda: None
    ) -> T:
        with self._mutex:
            if self.is_dead:
                raise Died
            self.trace.append(kind)
            self.meanwhile.pop(len(self.trace) - 1, lambda: None)()
            match self._struck():
                case Blow.DEATH_BEFORE | Blow.POWER_CUT_BEFORE:
                    self._die()
                case Blow.DEATH_AFTER | Blow.POWER_CUT_AFTER:
                    perform()
                    self._die()
                case Blow.TORN:
                    half()
                    self._die()
                case Blow.DISK_FULL:
                    half()
                    raise OSError(28, "No space left on device")
                case Blow.IO_ERROR:
                    raise OSError(5, "Input/output error")
                case Blow.SIGNAL:
                    self.on_signal()
                case _:
                    pass
            return perform()

    def _put(self, kind: str, path: Path, data: bytes, mode: int, put: Callable[..., None]) -> None:
        def do(part: bytes = data) -> None:
            put(path, part, mode=mode)
            self._names.setdefault(_place(path), Inode())

        def half() -> None:
            do(data[: len(data) // 2])
            if self.blow is Blow.TORN:  # half of it reached the disk, and so did its name
                inode = self._names[_place(path)]
                inode.durable = path.read_bytes()
                self._durable_names.setdefault(_place(path), inode)

        self._do(kind, do, half=half)

    def _die(self) -> None:
        self.is_dead = True
        raise Died

    def _lose_what_was_not_durable(self) -> None:
        for path in [*self._names]:
            path.unlink(missing_ok=True)
        for folder in self._loose_dirs:
            shutil.rmtree(folder, ignore_errors=True)
            for path in [path for path in self._durable_names if path.is_relative_to(folder)]:
                del self._durable_names[path]
        self._loose_dirs.clear()
        for path, inode in self._durable_names.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(inode.durable)
        self._names = dict(self._durable_names)
