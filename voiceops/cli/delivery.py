"""Where a command's document goes: to a person as text, to stdout as JSON, into a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from voiceops.cli.options import Callback
from voiceops.cli.terminal import echo_document
from voiceops.errors import VoiceopsError

# A plan holds prompts, which may be nobody else's business.
_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was asked for: JSON on stdout, or a file, or neither."""

    as_json: bool
    output: Path | None

    def deliver(self, document: object, *, write_text: Callable[[], str]) -> None:
        """Save the document if that was asked for, and print it, as JSON or as text."""
        if self.output is not None:
            _save(document, self.output)
        if self.as_json:
            echo_document(document)
        else:
            click.echo(write_text(), nl=False, color=True)

    @contextmanager
    def telling_failures(self, command: str) -> Iterator[None]:
        """Deliver an error that ends the block as a document, too, where one was asked for."""
        try:
            yield
        except VoiceopsError as error:
            if self.output is not None or self.as_json:
                from voiceops.report.documents import Failure

                failure = Failure.of(error, command=command)
                if self.output is not None:
                    _save(failure, self.output)
                if self.as_json:
                    echo_document(failure)
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
        delivery = Delivery(as_json, path)
        with delivery.telling_failures(click.get_current_context().info_name or ""):
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
