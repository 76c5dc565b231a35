"""What a person sees while an apply runs: a live line on a terminal, a line per event elsewhere."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Self

import click

from voiceops.cli.terminal import style_for
from voiceops.report.style import Style
from voiceops.report.terminal import clip, show
from voiceops.report.text.apply import render_result

if TYPE_CHECKING:
    from voiceops.apply.run import Event

_CLEAR_LINE = "\r\x1b[2K"


class Teller:
    """Tells events on stderr; never raises, since a closed terminal must not stop an apply.

    On a terminal the last line says what is at work, and moves down as results come in above it.
    Among several environments each line begins with the environment's name.
    """

    def __init__(self, style: Style, *, is_live: bool, environment: str = "") -> None:
        self._style = style
        self._lead = f"{environment}: " if environment else ""
        self._is_live = is_live
        self._mutex = threading.Lock()
        self._at_work: list[str] = []
        self._total = 0
        self._ended = 0

    def expect(self, total: int) -> None:
        """Say how many changes there will be."""
        self._total = total

    def at_work(self) -> str:
        """Name what is in flight; takes no lock, so that a signal handler may ask."""
        return show(", ".join(tuple(self._at_work)))

    def tell(self, event: Event) -> None:
        """Show an event; safe in threads."""
        with self._mutex:
            try:
                self._tell(event)
            except (OSError, ValueError):
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._mutex:
            if self._is_live and self._total:
                self._write(_CLEAR_LINE)

    def _tell(self, event: Event) -> None:
        from voiceops.apply.run import EventKind
        from voiceops.core.result import Status

        match event.kind:
            case EventKind.STARTED if event.change:
                self._at_work.append(event.change.name)
                if not self._is_live:
                    self._print(f"starting  {event.change.action} {show(event.change.name)}")
            case EventKind.ENDED if event.result:
                if event.change and event.change.name in self._at_work:
                    self._at_work.remove(event.change.name)
                    self._ended += 1
                if event.result.status is not Status.NOT_TRIED:  # the report lists these
                    self._print(render_result(event.result, self._style))
            case _:
                self._print(f"waiting   {show(event.message)}")
        if self._is_live and self._total:
            self._write(_CLEAR_LINE + clip(self._describe(), self._style.width - 1))

    def _describe(self) -> str:
        names = self.at_work() or "looking at the account"
        return f"{self._ended} of {self._total} done; at work: {names}"

    def _print(self, line: str) -> None:
        self._write(f"{_CLEAR_LINE if self._is_live else ''}{self._lead}{line}\n")

    def _write(self, text: str) -> None:
        click.echo(text, err=True, nl=False, color=True)


def make_teller(colour: str, *, environment: str = "") -> Teller:
    """Make a teller for this process's stderr; of several environments none has a live line."""
    is_live = sys.stderr.isatty() and not environment
    return Teller(style_for(sys.stderr, colour), is_live=is_live, environment=environment)
