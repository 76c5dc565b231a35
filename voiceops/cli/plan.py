"""`voiceops plan`."""

from __future__ import annotations

import shlex
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voiceops.cli.options import Global, global_options, planning_options
from voiceops.cli.terminal import echo_document, style_for
from voiceops.errors import ExitCode

if TYPE_CHECKING:
    from voiceops.core.settings import Options


@click.command("plan", short_help="Show what apply would change; change nothing.")
@planning_options
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit 2 if there are changes, 3 if a person must decide.",
)
@global_options
def command(said: Global, options: Options, *, as_json: bool, detailed_exitcode: bool) -> int:
    """Compare manifests, lockfile and account, and show what apply would do.

    Nothing is changed, anywhere. The exit code is 0 whatever the plan says, unless
    --detailed-exitcode is given.
    """
    from voiceops.cli.workspace import open_workspace
    from voiceops.report.plan_text import render_plan
    from voiceops.workflow import plan

    with open_workspace(said) as workspace:
        made = plan(workspace, options)
    if as_json:
        echo_document(made)
    else:
        click.echo(render_plan(made, style_for(sys.stdout, said.colour)), nl=False, color=True)
        if not made.is_empty and not made.needs_a_person:
            click.echo(f"Next: {next_command(said, options)}")
    if not detailed_exitcode:
        return ExitCode.DONE
    if made.needs_a_person or made.asks:
        return ExitCode.DECISION
    return ExitCode.DONE if made.is_empty else ExitCode.CHANGES


def next_command(said: Global, options: Options) -> str:
    """Write the command that applies what was planned, ready to be typed."""
    words = ["voiceops", "apply"]
    if said.environment:
        words += ["--env", said.environment]
    if said.directory != Path():
        words += ["-C", str(said.directory)]
    for field in fields(options):
        words += _say(
            f"--{field.name.replace('_', '-')}", getattr(options, field.name), field.default
        )
    return shlex.join(words)


def _say(flag: str, value: object, default: object) -> list[str]:
    """Write one option; nothing if it is at its default."""
    match value:
        case _ if value == default:
            return []
        case True:
            return [flag]
        case tuple():
            return [word for glob in value for word in (flag, str(glob))]
        case _:
            return [flag, str(value)]
