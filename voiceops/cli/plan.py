"""`voiceops plan`."""

from __future__ import annotations

import shlex
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voiceops.cli.delivery import Delivery, document_options
from voiceops.cli.options import Global, global_options, planning_options
from voiceops.cli.terminal import style_for
from voiceops.errors import ExitCode

if TYPE_CHECKING:
    from voiceops.core.settings import Options


@click.command("plan")
@planning_options
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit 2 if there are changes, 3 if a person must decide.",
)
@global_options
@document_options
def command(said: Global, options: Options, *, delivery: Delivery, detailed_exitcode: bool) -> int:
    """Compare manifests, lockfile and account, and show what apply would do.

    Nothing is changed, anywhere. The exit code is 0 whatever the plan says, unless
    --detailed-exitcode is given. A plan saved with -o can be shown and applied.
    """
    from voiceops.cli.workspace import open_workspace
    from voiceops.report.plan_text import render_plan
    from voiceops.workflow import plan

    with open_workspace(said) as workspace:
        made = plan(workspace, options)

    def write_text() -> str:
        text = render_plan(made, style_for(sys.stdout, said.colour))
        if made.is_empty or made.needs_a_person:
            return text
        return f"{text}Next: {next_command(said, options, delivery.output)}\n"

    delivery.deliver(made, write_text=write_text)
    if not detailed_exitcode:
        return ExitCode.DONE
    if made.needs_a_person or made.asks:
        return ExitCode.DECISION
    return ExitCode.DONE if made.is_empty else ExitCode.CHANGES


def next_command(said: Global, options: Options, saved: Path | None) -> str:
    """Write the command that applies what was planned, ready to be typed."""
    words = ["voiceops", "apply"]
    if saved is not None:
        directory = ["-C", said.directory] if said.directory else []
        return shlex.join([*words, str(saved), *directory])
    if said.environment:
        words += ["--env", said.environment]
    if said.directory:
        words += ["-C", said.directory]
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
