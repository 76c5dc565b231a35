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
from voiceops.errors import ExitCode, FileUnusable, UsageFault, VoiceopsError
from voiceops.report.terminal import show

if TYPE_CHECKING:
    from voiceops.report.documents import Document

# A plan holds prompts, which may be nobody else's business.
_MODE = 0o600


def _print(text: str) -> None:
    click.echo(text, nl=False, color=True)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was asked for: JSON on stdout, or a file, or neither.

    `command` is its name, for the document of a failure, `root` the project's folder; `echo` takes
    what goes to stdout, `watch` hears of what the command made.
    """

    command: str
    as_json: bool
    output: Path | None
    root: Path
    echo: Callable[[str], None] = _print
    watch: Callable[[Document], None] = lambda _: None

    def check(self) -> None:
        """Refuse a file that the document cannot be saved in, before anything is done.

        Raises FileUnusable where there is no such folder, or a link leads out of the project;
        UsageFault for a file that holds something else: it could be a lockfile.
        """
        if self.output is not None:
            _check_target(self.output, self.root)

    def deliver(self, document: Document, exit_code: int, *, write_text: Callable[[], str]) -> int:
        """Print the document, as JSON or as text, then save it if that was asked for.

        Gives the exit code, which is that of a failure if all is well but for the saving.
        """
        self.echo(write_json(document) if self.as_json else write_text())
        self.watch(document)
        try:
            if self.output is not None:
                _save(document, self.output, self.root)
        except FileUnusable as error:
            click.echo(f"error: {show(error.message)}", err=True)
            return exit_code or ExitCode.FAILED
        return exit_code

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
                    _save(failure, self.output, self.root)
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
        help="Save the document, for `show`; a plan for `apply`, too.",
    )
    @wraps(callback)
    def with_delivery(
        *args: Any,  # noqa: ANN401
        as_json: bool,
        output: Path | None,
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        if output == Path():  # what click makes of an empty text
            raise UsageFault("-o names no file: it is empty", hint="was a variable not set?")
        folder = options["said"].folder
        name = click.get_current_context().info_name or ""
        delivery = Delivery(name, as_json, folder / output if output else None, folder.resolve())
        delivery.check()
        with delivery.telling_failures():
            return callback(*args, delivery=delivery, **options)

    return with_delivery


def _check_target(path: Path, root: Path) -> None:
    from voiceops.effects import System
    from voiceops.files.write_errors import writing

    if not path.parent.is_dir():
        raise FileUnusable(f"{path.parent}: there is no such folder", hint="check -o")
    with writing(path):
        System(root).locate(path)
    if path.is_file() and not _is_document(path):
        message = f"{path} is there already, and is no document of voiceops"
        raise UsageFault(message, hint="name another file with -o, or remove this one")


def _is_document(path: Path) -> bool:
    """Tell whether a file may be written over: one of ours, whatever its version, or empty."""
    import json

    from voiceops.files.regular_file import read_regular
    from voiceops.files.write_errors import writing
    from voiceops.report.documents import MAX_BYTES

    with writing(path):
        data = read_regular(path, limit_bytes=MAX_BYTES)
    try:
        held = json.loads(data) if data else {"format_version": 0, "kind": ""}
    except (ValueError, RecursionError):
        return False
    return isinstance(held, dict) and held.keys() >= {"format_version", "kind"}


def _save(document: object, path: Path, root: Path) -> None:
    from voiceops.effects import System
    from voiceops.files.atomic import replace_file
    from voiceops.files.write_errors import writing
    from voiceops.report.json import encode_document

    data = encode_document(document)
    effects = System(root)
    with writing(path):
        effects.locate(path)
        if path.exists() and not path.is_file():  # a pipe or a device stays what it is
            path.write_bytes(data)
        else:
            replace_file(path, data, effects=effects, mode=_MODE)
