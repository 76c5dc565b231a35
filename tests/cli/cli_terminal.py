"""voiceops on a pseudo-terminal: a person who reads, types, and presses Ctrl-C."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cli_process import TIME_LIMIT_S, Process, Project, Ran, command

# The terminal must be the controlling one, so that Ctrl-C is a signal.
LAUNCHER = "import fcntl,os,sys,termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(*ARGV)"
CTRL_C = "\x03"
END = "\x04"
PATIENCE_S = 2


class Terminal:
    """One process on a terminal; its stdout may be a pipe while the rest is the terminal."""

    def __init__(self, project: Project, process: Process, screen: int) -> None:
        self.shown = ""
        self._project = project
        self._process = process
        self._screen = screen
        self._raw = b""

    def wait_for(self, text: str) -> None:
        """Read until the screen has shown `text`; what comes after it stays unread or not."""
        while text not in self.shown:
            assert self._read(), f"{text!r} never came; the screen showed {self.shown!r}"

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._screen, keys.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C until something comes of it, as a person does.

        CPython misses one that comes in the moment before it starts to read a line.
        """
        self.type(CTRL_C)
        self.wait_for("^C")
        while not select.select([self._screen], [], [], PATIENCE_S)[0]:
            self.type(CTRL_C)

    def end(self) -> Ran:
        """Wait until the process ends; the screen is given as `err`."""
        while self._read():
            pass
        out = b""
        if self._process.stdout is not None:
            out = self._process.stdout.read()
        code = self._process.wait(TIME_LIMIT_S)
        return self._project.check(code, out, self._raw)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._screen], [], [], TIME_LIMIT_S)
        assert ready, f"nothing more came; the screen showed {self.shown!r}"
        try:
            data = os.read(self._screen, 65536)
        except OSError:  # Linux: the other side has closed it
            return False
        self._raw += data
        self.shown = self._raw.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


@contextmanager
def at_terminal(
    project: Project,
    *arguments: str,
    columns: int = 100,
    env: Mapping[str, str | None] | None = None,
    is_stdout_piped: bool = False,
    program: list[str] | None = None,
) -> Iterator[Terminal]:
    """Run voiceops, or another program, as a person does who types it."""
    screen, side = os.openpty()
    termios.tcsetwinsize(side, (24, columns))
    words = program or command(*arguments)
    launcher = LAUNCHER.replace("ARGV", repr((shutil.which(words[0]), words)))
    try:
        with subprocess.Popen(
            [sys.executable, "-c", launcher],
            cwd=project.folder,
            env=project.environment(env),
            stdin=side,
            stdout=subprocess.PIPE if is_stdout_piped else side,
            stderr=side,
            start_new_session=True,
        ) as process:
            os.close(side)
            try:
                yield Terminal(project, process, screen)
            finally:
                process.kill()
    finally:
        os.close(screen)
