"""`voiceops import`."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from voiceops.cli.options import Global, global_options
from voiceops.cli.terminal import is_interactive, style_for
from voiceops.errors import DecisionNeeded, ExitCode, UsageFault
from voiceops.report.terminal import show

if TYPE_CHECKING:
    from voiceops.core.importing import Choice
    from voiceops.report.style import Style

DEFAULT_FILE = "manifests/imported.yaml"


@click.command("import")
@click.argument("voices", nargs=-1, metavar="[VOICE]...")
@click.option("--all", "is_all", is_flag=True, help="Import every voice that nobody has here.")
@click.option(
    "--file",
    "path",
    default=DEFAULT_FILE,
    show_default=True,
    metavar="FILE",
    help="The manifest to add them to.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@global_options
def command(said: Global, *, voices: tuple[str, ...], is_all: bool, path: str, yes: bool) -> int:
    """Declare and lock voices that the account has already; nothing is created, nothing costs.

    VOICE is a full name, as `voiceops list` shows it. What FILE holds stays as it is. Exits 4 if
    some of the voices cannot be imported, 1 if none of them can.
    """
    from voiceops.cli.workspace import open_workspace
    from voiceops.workflows.import_ import find_readers, import_voices

    if is_all == bool(voices):
        what = "--all and VOICE exclude each other" if is_all else "no voice is named"
        raise UsageFault(what, hint="name voices that `voiceops list` shows, or say --all alone")
    with open_workspace(said) as workspace:
        readers = find_readers(workspace, path)
        choice = import_voices(
            workspace,
            None if is_all else voices,
            path=path,
            confirm=lambda choice: _confirm(choice, path, readers, said, yes=yes),
        )
        lockfile = workspace.environment.lockfile.name
    click.echo(_summarise(choice, path, lockfile))
    if choice.imports:
        click.echo(f"Next: {_next_command(said)}")
    if choice.refusals:
        return ExitCode.PARTIAL if choice.imports else ExitCode.FAILED
    return ExitCode.DONE


def _confirm(choice: Choice, path: str, readers: list[str], said: Global, *, yes: bool) -> None:
    """Show what would be imported and let it pass, or raise what keeps it from being done."""
    for line in _render(choice, style_for(sys.stderr, said.colour)):
        click.echo(line, err=True, color=True)
    if choice.imports and readers:
        message = f"warning: {show(path)} is read by {', '.join(readers)}, too"
        click.echo(f"{message}, where these voices would be created anew", err=True)
        click.echo("  hint: name a manifest of this environment alone with --file", err=True)
    if yes or not choice.imports:
        return
    if not is_interactive():
        message = "nothing was imported: there is no terminal to ask on"
        raise DecisionNeeded(message, hint="add --yes to import without being asked")
    question = f"Add {_count(len(choice.imports))} to {show(path)}?"
    if not click.confirm(question, err=True):
        raise DecisionNeeded("nothing was imported")


def _render(choice: Choice, style: Style) -> list[str]:
    """Write a line for each voice: what is imported, then what cannot be."""
    width = max([len(one.name) for one in choice.imports], default=0)
    sign, refused = style.paint("< import", "cyan", "bold"), style.paint("! refuse", "red", "bold")
    return [
        *(f"{sign}  {one.name:<{width}}  {show(one.voice_id)}" for one in choice.imports),
        *(f"{refused}  {show(one.voice_id)} {show(one.why)}" for one in choice.refusals),
    ]


def _summarise(choice: Choice, path: str, lockfile: str) -> str:
    refused = f", {len(choice.refusals):,} refused" if choice.refusals else ""
    if not choice.imports:
        return f"Import: nothing to import{refused}."
    count = _count(len(choice.imports))
    return f"Import: {count} added to {show(path)}{refused}. The names are in {show(lockfile)}."


def _count(number: int) -> str:
    return f"{number:,} voice{'' if number == 1 else 's'}"


def _next_command(said: Global) -> str:
    words = ["voiceops", "plan"]
    if said.environment:
        words += ["--env", said.environment]
    if said.directory:
        words += ["-C", said.directory]
    return shlex.join(words)
