"""Where a command's document goes: to a person as text, to stdout as JSON, into a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voiceops.cli.options import Callback
from voiceops.cli.terminal import write_json
from voiceops.errors import VoiceopsError

if TYPE_CHECKING:
    from voiceops.report.documents import Document

# A plan holds prompts, which may be nobody else's business.
_MODE = 0o600


def _print(text: str) -> None:
    click.echo(text, nl=False, color=True)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was asked for: JSON on stdout, or a file, or neither.

    `command` is its name, for the document of a failure; `echo` takes what goes to stdout, `watch`
    hears of what the command made.
    """

    command: str
    as_json: bool
    output: Path | None
    echo: Callable[[str], None] = _print
    watch: Callable[[Document], None] = lambda _: None

    def deliver(self, document: Document, *, write_text: Callable[[], str]) -> None:
        """Save the document if that was asked for, and print it, as JSON or as text."""
        if self.output is not None:
            _save(document, self.output)
        self.echo(write_json(document) if self.as_json else write_text())
        self.watch(document)

    @contextmanager
    def telling_failures(self) -> Iterator[None]:
        """Deliver an error that ends the block as a document, too, where one was asked for."""
        try:
            yield
        except VoiceopsError as error:
            if self.output is not None or self.as_json:
                from voiceops.report.documents import Failure

                failure = Failure.of(error, command=self.command)
                if self.output is not None:
                    _save(failure, self.output)
                if self.as_json:
                    self.echo(write_json(failure))
            raise


def document_options(callback: Callback) -> Callback:
    """Give a command --json and -o, and pass what was said on as `delivery`.

    An error that ends the command is delivered as a document, too.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print the document as JSON.")
    @click.option(
        "-o",
        "output",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Save the document, for `show` and `apply`.",
    )
    @wraps(callback)
    def with_delivery(
        *args: Any,  # noqa: ANN401
        as_json: bool,
        output: Path | None,
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        path = options["said"].folder / output if output else None
        name = click.get_current_context().info_name or ""
        delivery = Delivery(name, as_json, path)
        with delivery.telling_failures():
            return callback(*args, delivery=delivery, **options)

    return with_delivery


def _save(document: object, path: Path) -> None:
    from voiceops.effects import System
    from voiceops.files.atomic import replace_file
    from voiceops.files.writing import writing
    from voiceops.report.json import dump_document

    data = dump_document(document).encode("utf-8", "replace")
    with writing(path):
        replace_file(path, data, effects=System(), mode=_MODE)
