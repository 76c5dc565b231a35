"""Write the pages that repeat what the code says: `python tests/docs/generate.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from voiceops.cli.main import cli

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
COLUMNS = 80
HEAD = """\
# Commands

What `voiceops COMMAND --help` prints. The [exit codes](exit-codes.md) have a page of their own.
"""


def generate() -> dict[str, str]:
    """Give every generated file of the reference: its path there, and its text."""
    schemas = _names(cli, "schema")
    return {
        "commands.md": HEAD + "".join(_describe(cli, [])),
        **{f"schemas/{name}.json": _run("schema", name) for name in schemas},
    }


def _describe(command: click.Command, words: list[str]) -> Iterator[str]:
    """Write a section for a command, then for those below it."""
    yield f"\n## {' '.join(['voiceops', *words])}\n\n```text\n{_run(*words, '--help')}```\n"
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _describe(inner, [*words, name])


def _names(group: click.Group, command: str) -> list[str]:
    """List what the one argument of a command may be."""
    found = group.get_command(click.Context(group), command)
    assert found is not None
    (argument,) = (one for one in found.params if isinstance(one, click.Argument))
    assert isinstance(argument.type, click.Choice)
    return list(argument.type.choices)


def _run(*words: str) -> str:
    ran = CliRunner().invoke(
        cli, words, prog_name="voiceops", terminal_width=COLUMNS, standalone_mode=True
    )
    assert ran.exit_code == 0, ran.output
    return ran.output


if __name__ == "__main__":
    for path, text in generate().items():
        (REFERENCE / path).parent.mkdir(exist_ok=True)
        (REFERENCE / path).write_text(text, encoding="utf-8")
