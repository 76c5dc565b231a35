"""No effect bypasses the seam: read in the source, and watched while an apply runs."""

from __future__ import annotations

import ast
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import pytest
from machine import Maker
from world import World

import voiceops
from voiceops.core.result import Report

T = TypeVar("T")
PACKAGE = Path(voiceops.__file__).parent
# The seam itself; the service's stand-in, which is another program; what speaks with the person.
OUTSIDE = ("effects.py", "sandbox", "cli", "__main__.py")
FORBIDDEN_MODULES = {
    "asyncio",
    "multiprocessing",
    "random",
    "secrets",
    "select",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "time",
    "uuid",
}
FORBIDDEN_OF_OS = {
    *("abort", "chmod", "chown", "close", "copy_file_range", "fdatasync", "fdopen", "fork"),
    *("fsync", "ftruncate", "getrandom", "kill", "link", "makedirs", "mkdir", "mkfifo", "open"),
    *("popen", "posix_spawn", "pwrite", "remove", "removedirs", "rename", "renames", "replace"),
    *("rmdir", "sendfile", "symlink", "sync", "system", "truncate", "unlink", "urandom", "utime"),
    *("write", "writev"),
}
FORBIDDEN_OF_CLOCKS = {"now", "utcnow", "today"}
FORBIDDEN_METHODS = {
    *("chmod", "hardlink_to", "mkdir", "rmdir", "symlink_to", "touch", "unlink"),
    *("write_bytes", "write_text"),
}
# Where something that only looks like, or only reads, is allowed, and why.
ALLOWED = {
    ("files/project/git_state.py", "subprocess"): "asks git, and changes nothing",
    ("files/project/git_command.py", "subprocess"): "runs git, to push what an apply made",
    ("files/project/git_push.py", "tempfile"): "a folder for git alone, gone when git is done",
    ("files/state/process_lock.py", "filelock"): "the kernel's lock; it ends with the process",
    ("files/state/process_lock.py", "socket"): "the name of this host, for the refusal",
    ("provider/transport/connection.py", "socket"): "cuts a connection that `exchange` has opened",
    ("provider/transport/connection.py", "threading.Timer"): "the time limit of one exchange",
    ("provider/transport/connection.py", "self._client.stream"): "performed inside `exchange`",
    ("provider/transport/websocket.py", "connect"): "performed inside `exchange`",
    (
        "provider/transport/websocket.py",
        "self._connection.send",
    ): "a frame of its own session",
    (
        "provider/transport/websocket.py",
        "self._connection.recv",
    ): "a frame of its own session",
    ("provider/speech/over_http.py", "client.send"): "performed inside `exchange`",
    ("threads.py", "wait"): "waits for threads of its own",
    ("files/regular_file.py", "os.open"): "opens to read, without waiting for a pipe",
    (
        "files/state/process_lock.py",
        "lock.acquire",
    ): "the kernel's lock; it ends with the process",
}


def find_bypasses(source: str) -> set[str]:
    """Name every effect in a module that does not go through `effects`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names if _is_forbidden_module(alias.name)}
            case ast.ImportFrom(module=str(module), names=names):
                whole = {f"{module}.{alias.name}" for alias in names}
                found |= {module} if _is_forbidden_module(module) else whole & _FORBIDDEN_NAMES
            case ast.Attribute():
                found |= {name for name in [ast.unparse(node)] if _is_forbidden_name(name)}
            case ast.Call():
                found |= {name for name in [_name_call(node)] if name}
            case _:
                pass
    return found


_FORBIDDEN_NAMES = {f"os.{name}" for name in FORBIDDEN_OF_OS} | {"threading.Timer", "io.open"}


def _is_forbidden_module(name: str) -> bool:
    return name.partition(".")[0] in FORBIDDEN_MODULES | {"filelock"}


def _is_forbidden_name(name: str) -> bool:
    is_clock = name.rpartition(".")[2] in FORBIDDEN_OF_CLOCKS and (
        name.split(".")[-2:-1] in (["datetime"], ["date"])
    )
    return is_clock or name in _FORBIDDEN_NAMES


def _name_call(call: ast.Call) -> str:
    """Name a call that writes, waits or connects; empty if it does not."""
    name = ast.unparse(call.func)
    owner, _, method = name.rpartition(".")
    if method == "open":
        mode = call.args[1 if not owner else 0 :][:1] or [
            keyword.value for keyword in call.keywords if keyword.arg == "mode"
        ]
        is_read = not mode or ast.unparse(mode[0]) in {"'r'", "'rb'", "'rt'"}
        return "" if is_read else name
    if owner.endswith("effects"):
        return ""
    # A text's `replace` and a lock's `rename` take two arguments, a path's take one.
    is_moving = method in {"rename", "replace"} and owner and len(call.args) == 1
    if method in FORBIDDEN_METHODS or is_moving:
        return name
    is_waiting = method in {"wait", "acquire", "sleep"} and owner not in {"self._pace", "pace"}
    is_sending = method in {"stream", "send", "recv", "request", "post"} and owner
    is_sending = is_sending or name == "connect"
    is_ours = owner in {"http", "self._http", "line", "channel"}  # they pass through `exchange`
    return name if is_waiting or (is_sending and not is_ours) else ""


def modules() -> list[str]:
    names = (path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    return sorted(name for name in names if not name.startswith(OUTSIDE))


@pytest.mark.parametrize("name", modules())
def test_no_module_has_an_effect_of_its_own(name: str) -> None:
    found = find_bypasses((PACKAGE / name).read_text(encoding="utf-8"))
    assert found == {what for module, what in ALLOWED if module == name and what in found}


def test_every_allowance_is_still_needed() -> None:
    used = {
        (name, what)
        for name in modules()
        for what in find_bypasses((PACKAGE / name).read_text(encoding="utf-8"))
    }
    assert used == set(ALLOWED)


@pytest.mark.parametrize(
    "line",
    [
        "open(path, 'w')",
        "open(path, mode='ab')",
        "open(path, mode)",
        "path.open('x')",
        "path.open(mode='r+')",
        "import io; io.open(path, 'wb')",
        "import os; os.open(path, 1)",
        "import os; os.write(1, b'')",
        "import os; os.fsync(1)",
        "import os; os.replace(a, b)",
        "import os; rename = os.rename",
        "from os import unlink",
        "import os; os.makedirs(path)",
        "path.write_text('')",
        "path.write_bytes(b'')",
        "path.unlink()",
        "path.mkdir()",
        "path.touch()",
        "path.rename(other)",
        "temporary.replace(target)",
        "import time",
        "from time import monotonic",
        "import shutil",
        "import tempfile as t",
        "import random",
        "import subprocess",
        "import socket",
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "now = datetime.now",
        "threading.Timer(1, f)",
        "event.wait(1)",
    ],
)
def test_the_scanner_sees(line: str) -> None:
    assert find_bypasses(line)


@pytest.mark.parametrize(
    "line",
    [
        "open(path)",
        "path.open('rb')",
        "effects.unlink(path)",
        "self._effects.sleep(1)",
        "run.effects.now()",
        "import os; os.path.realpath(path)",
        "lock.rename(a, b)",
        "text.replace('a', 'b')",
        "datetime.fromisoformat(text)",
    ],
)
def test_the_scanner_passes(line: str) -> None:
    assert not find_bypasses(line)


WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {
    *("os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"),
    *("os.truncate", "os.utime", "shutil.rmtree", "shutil.move", "shutil.copyfile"),
}
ELSEWHERE = {"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "time.sleep"}
# Whatever the library does while this module calls it is the kernel's lock: see ALLOWED.
TAKES_THE_LOCK = "voiceops.files.state.process_lock"


@dataclass
class Watch:
    """What happened in the project's folder, inside an effect of the world and outside."""

    root: Path
    inside: list[str]
    outside: list[str]


_watches: list[Watch] = []
_hooks: list[Callable[..., None]] = []
_depth = threading.local()


def _hear(event: str, args: tuple[Any, ...]) -> None:
    """Sort an audited event; a hook can never be taken out again, so it sleeps without a watch."""
    for watch in _watches:
        what = _describe(event, args, watch.root)
        if what and _is_by_the_lock(sys._getframe(1)):
            continue
        if what and getattr(_depth, "value", 0):
            watch.inside.append(what)
        elif what:
            watch.outside.append(what)


def _describe(event: str, args: tuple[Any, ...], root: Path) -> str:
    if event in ELSEWHERE:
        return event
    if event not in CHANGES and not (event == "open" and _is_writing(args)):
        return ""
    path = Path(os.fsdecode(args[0])) if isinstance(args[0], str | bytes | os.PathLike) else root
    if not path.is_relative_to(root):
        return ""
    return f"{event} {path.relative_to(root).as_posix()}"


def _is_by_the_lock(innermost: FrameType) -> bool:
    """Tell whether a library does it, called by the module that takes the lock, and by no other."""
    frame: FrameType | None = innermost
    while frame and not str(frame.f_globals.get("__name__")).startswith("voiceops."):
        frame = frame.f_back
    is_called = frame is not None and frame is not innermost
    return is_called and frame.f_globals["__name__"] == TAKES_THE_LOCK


def _is_writing(args: tuple[Any, ...]) -> bool:
    _, mode, flags = args
    is_mode = isinstance(mode, str) and not set(mode).isdisjoint("wax+")
    return is_mode or (isinstance(flags, int) and bool(flags & WRITING))


class Marked(World):
    """A world that tells while one of its effects is under way in this thread."""

    def _do(
        self, kind: str, perform: Callable[[], T], *, half: Callable[[], None] = lambda: None
    ) -> T:
        _depth.value = getattr(_depth, "value", 0) + 1
        try:
            return super()._do(kind, perform, half=half)
        finally:
            _depth.value -= 1


@contextmanager
def watching(root: Path) -> Iterator[Watch]:
    if not _hooks:
        sys.addaudithook(_hear)
        _hooks.append(_hear)
    watch = Watch(root, [], [])
    _watches.append(watch)
    try:
        yield watch
    finally:
        _watches.remove(watch)


@pytest.mark.parametrize("parallelism", [1, 3])
def test_an_apply_changes_nothing_past_the_seam(
    tmp_path: Path, parallelism: int, make_machine: Maker
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    machine = make_machine(root, world=Marked())
    machine.options = type(machine.options)(parallelism=parallelism)
    machine.declare({"old": "deep", "gone": "slow", "same": "calm"})
    with watching(root) as watch:
        assert isinstance(machine.apply(), Report)
    assert watch.outside == []
    machine.declare({"old": "high", "new": "fast", "same": "calm"})
    with watching(root) as watch:
        outcome = machine.apply()
    assert isinstance(outcome, Report)
    assert outcome.exit_code == 0
    assert watch.outside == []
    assert "open .voiceops/default/journal.jsonl" in watch.inside
    renamed = [what for what in watch.inside if what.startswith("os.rename .voiceops.lock.")]
    assert len(renamed) == len(set(renamed)) > 1  # each through a name of its own


@pytest.mark.parametrize(
    "bypass",
    [
        lambda root: (root / "x").write_bytes(b""),
        lambda root: os.close(os.open(root / "x", os.O_RDWR | os.O_CREAT)),
        lambda root: (root / "x").mkdir(),
        lambda root: (root / "manifests").rename(root / "x"),
    ],
    ids=["write", "open", "mkdir", "rename"],
)
def test_the_watch_hears_what_bypasses_the_seam(
    tmp_path: Path, bypass: Callable[[Path], object]
) -> None:
    (tmp_path / "manifests").mkdir()
    with watching(tmp_path) as watch:
        bypass(tmp_path)
    assert watch.outside
