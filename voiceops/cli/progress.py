"""What a person sees while an apply runs: a live line on a terminal, a line per event elsewhere."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Self

import click

from voiceops.cli.terminal import style_for
from voiceops.report.apply_text import render_result
from voiceops.report.style import Style
from voiceops.report.terminal import clip, show

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from voiceops.apply.run import Event


class Teller:
    """Tells events on stderr; never raises, since a closed terminal must not stop an apply."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._mutex = threading.Lock()
        self._at_work: list[str] = []
        self._live: tuple[Progress, TaskID] | None = None

    def tell(self, event: Event) -> None:
        """Show an event; safe in threads."""
        with self._mutex:
            try:
                self._tell(event)
            except (OSError, ValueError):
                return

    def start(self) -> None:
        """Keep a line at the bottom that says what is at work, if stderr is a terminal."""
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=Console(file=sys.stderr, width=self._style.width),
            transient=True,
        )
        self._live = (progress, progress.add_task("starting", total=None))
        progress.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live[0].stop()
            self._live = None

    def _tell(self, event: Event) -> None:
        from voiceops.apply.run import EventKind

        match event.kind:
            case EventKind.STARTED if event.change:
                self._at_work.append(event.change.name)
                if self._live is None:
                    self._print(f"starting  {event.change.action} {show(event.change.name)}")
            case EventKind.ENDED if event.change and event.result:
                if event.change.name in self._at_work:
                    self._at_work.remove(event.change.name)
                self._print(render_result(event.result, self._style))
            case _:
                self._print(f"waiting   {show(event.message)}")
        self._refresh()

    def _print(self, line: str) -> None:
        if self._live is None:
            click.echo(line, err=True, color=True)
        else:
            from rich.text import Text

            self._live[0].console.print(Text.from_ansi(line), soft_wrap=True)

    def _refresh(self) -> None:
        if self._live is not None:
            progress, task = self._live
            names = ", ".join(self._at_work) or "checking"
            line = clip(f"at work: {show(names)}", self._style.width - 20)
            progress.update(task, description=line)


def make_teller(colour: str) -> Teller:
    """Make a teller for this process's stderr."""
    return Teller(style_for(sys.stderr, colour))
