"""`voiceops resolve`."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from voiceops.cli.completion import suggest_locked
from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode, UsageFault

if TYPE_CHECKING:
    from voiceops.workflows.resolve import Resolved


@click.command("resolve")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=suggest_locked)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "env", "json"]),
    default="text",
    show_default=True,
    help="A line each, variables for a shell, or JSON.",
)
@global_options
def command(said: Global, *, names: tuple[str, ...], form: str) -> int:
    """Look names up in the lockfile: the voice, and the model that speaks with it.

    Without a NAME all of them. Nothing is asked of the service. In Python:
    `from voiceops import resolve`.
    """
    from voiceops.workflows.resolve import resolve_all

    environment = said.read_config().environment(said.environment)
    found = resolve_all(names, environment.lockfile)
    match form:
        case "env":
            click.echo(_write_variables(found), nl=False)
        case "json":
            voices = {one.name: asdict(one) for one in found}
            click.echo(json.dumps(voices, indent=2, ensure_ascii=False))
        case _:
            for one in found:
                click.echo(f"{one.name}  {one.voice}  {one.target_model}")
    return ExitCode.DONE


def _write_variables(found: tuple[Resolved, ...]) -> str:
    """Write two variables a name, in capitals; names that differ in case alone are refused."""
    capitals = Counter(one.name.upper() for one in found)
    twice = sorted(name for name, times in capitals.items() if times > 1)
    if twice:
        message = f"several names are {twice[0]} in capitals"
        raise UsageFault(message, hint="name one of them, or use --format json")
    return "".join(
        f"VOICEOPS_VOICE_{one.name.upper()}={shlex.quote(one.voice)}\n"
        f"VOICEOPS_MODEL_{one.name.upper()}={shlex.quote(one.target_model)}\n"
        for one in found
    )
