"""`voiceops plan`."""

from __future__ import annotations

import shlex
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voiceops.cli.delivery import Delivery, document_options
from voiceops.cli.everywhere import everywhere_option, run_everywhere, say_each
from voiceops.cli.options import Global, global_options, planning_options
from voiceops.cli.terminal import style_for
from voiceops.errors import ExitCode, UsageFault
from voiceops.report.terminal import show

if TYPE_CHECKING:
    from voiceops.core.plan import Plan
    from voiceops.core.settings import Options
    from voiceops.workflows.plan import AsIf


@click.command("plan")
@planning_options
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit 2 if there are changes, 3 if a person must decide.",
)
@click.argument("names", metavar="[NAME...]", nargs=-1)
@click.option(
    "--as-if",
    metavar="target_model=MODEL",
    help="Show what a move to another model would take, of these names or of all.",
)
@everywhere_option
@global_options
@document_options
def command(  # noqa: PLR0913 - one parameter an option, each by name
    said: Global,
    options: Options,
    *,
    delivery: Delivery,
    names: tuple[str, ...],
    as_if: str | None,
    detailed_exitcode: bool,
    all_environments: bool,
) -> int:
    """Compare manifests, lockfile and account, and show what apply would do.

    Nothing is changed, anywhere. The exit code is 0 whatever the plan says, unless
    --detailed-exitcode is given. A plan saved with -o can be shown and applied.
    """
    move = _read_move(as_if, names, delivery)

    def work(said: Global, delivery: Delivery) -> int:
        return _plan(said, options, delivery=delivery, is_detailed=detailed_exitcode, move=move)

    if all_environments:
        return run_everywhere(say_each(said), delivery, work, parallelism=options.parallelism)
    return work(said, delivery)


def _read_move(as_if: str | None, names: tuple[str, ...], delivery: Delivery) -> AsIf | None:
    """Read what --as-if and the names say; None without it."""
    from voiceops.core.families.known import FAMILIES, family_of
    from voiceops.workflows.plan import AsIf

    if as_if is None:
        if names:
            shown = show(" ".join(names))
            message = f"plan takes names with --as-if alone ({shown})"
            raise UsageFault(message, hint="say --only NAME")
        return None
    field, _, model = as_if.partition("=")
    if field != "target_model" or not model:
        hint = "write --as-if target_model=MODEL"
        raise UsageFault(f"--as-if says {as_if!r}, which no voice can be as if", hint=hint)
    if family_of(model) is None:
        known = ", ".join(model for family in FAMILIES for model in family.models)
        raise UsageFault(f"{model} is of no family that voiceops knows", hint=f"one of {known}")
    if delivery.output is not None:
        raise UsageFault("a plan as if can not be applied", hint="leave -o out, or say --json")
    return AsIf(model, names)


def _plan(
    said: Global,
    options: Options,
    *,
    delivery: Delivery,
    is_detailed: bool,
    move: AsIf | None,
) -> int:
    from voiceops.cli.workspace import open_workspace
    from voiceops.core.planning.binding import name_changes
    from voiceops.report.text.plan import render_plan
    from voiceops.workflows.plan import plan

    with open_workspace(said) as workspace:
        made = plan(workspace, options, as_if=move)

    def write_text() -> str:
        text = render_plan(made, style_for(sys.stdout, said.colour))
        if move:
            text = f"As if target_model were {show(move.target_model)}; nothing is changed.\n{text}"
        if delivery.output is not None:
            text += f"Digest of the plan: {name_changes(made)}\n"
        if made.is_empty or made.needs_a_person or move:
            return text
        return f"{text}Next: {next_command(said, options, delivery.output)}\n"

    return delivery.deliver(
        made, _find_exit_code(made) if is_detailed else ExitCode.DONE, write_text=write_text
    )


def _find_exit_code(made: Plan) -> ExitCode:
    if made.needs_a_person or made.asks:
        return ExitCode.DECISION
    return ExitCode.DONE if made.is_empty else ExitCode.CHANGES


def next_command(said: Global, options: Options, saved: Path | None) -> str:
    """Write the command that applies what was planned, ready to be typed."""
    words = ["voiceops", "apply"]
    if saved is not None:
        directory = ["-C", said.directory] if said.directory else []
        is_inside = saved.is_relative_to(said.folder)
        path = saved.relative_to(said.folder) if is_inside else saved
        return shlex.join([*words, str(path), *directory])
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
