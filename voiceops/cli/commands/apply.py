"""`voiceops apply`."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voiceops.apply.gate import Gate
from voiceops.cli.delivery import Delivery, document_options
from voiceops.cli.everywhere import everywhere_option, run_everywhere, say_each
from voiceops.cli.options import MOST_PARALLEL, Global, global_options, planning_options
from voiceops.cli.signals import interruptible, stopping
from voiceops.cli.terminal import is_interactive, style_for
from voiceops.errors import DecisionNeeded, Stopped, UsageFault
from voiceops.report.terminal import show

if TYPE_CHECKING:
    from voiceops.cli.progress import Teller
    from voiceops.core.plan import Plan
    from voiceops.core.settings import Options


_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Age(click.ParamType[timedelta]):
    """An age, written like 90m, 24h or 7d."""

    name = "age"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read the age; what is none is a usage error."""
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"([0-9]{1,5})([mhd])", value)
        if match is None:
            self.fail(f"{value!r} is no age; write it like 90m, 24h or 7d", param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


@click.command("apply")
@click.argument("plan_file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@planning_options
@click.option("--yes", is_flag=True, help="Do not ask; guards still refuse.")
@click.option("--no-settle", is_flag=True, help="Do not wait for creates whose outcome is unknown.")
@click.option(
    "--max-age",
    type=Age(),
    default="24h",
    show_default=True,
    metavar="AGE",
    help="Refuse a saved plan that is older.",
)
@everywhere_option
@global_options
@document_options
def command(  # noqa: PLR0913 - one parameter an option, each by name
    said: Global,
    options: Options,
    *,
    plan_file: Path | None,
    yes: bool,
    no_settle: bool,
    max_age: timedelta,
    all_environments: bool,
    delivery: Delivery,
) -> int:
    """Plan, show the plan, ask, and carry it out.

    With a PLAN that `plan -o` saved, do what it says and nothing else: without asking, and only
    if it still is what would be planned. Each create costs money and is sent once. The lockfile
    is written after every voice. Exits 4 if a part could not be done, 3 if a person must decide.
    """
    from voiceops.cli.progress import make_teller

    order = Order(options, is_sure=yes, may_wait=not no_settle)
    if all_environments:
        if plan_file is not None:
            hint = "apply the plan of each environment with a command of its own"
            raise UsageFault("a saved plan is for one environment", hint=hint)
        return _apply_everywhere(said, order, delivery)
    if plan_file is not None:
        from voiceops.workflows.saved_plan import options_of

        saved = _read_saved(plan_file, said, options)
        said = replace(said, environment=saved.environment)
        order = replace(
            order, options=options_of(saved), is_sure=True, saved=saved, max_age=max_age
        )
    gate, teller = Gate(), make_teller(said.colour)
    with stopping([gate], teller.at_work):
        return _apply(said, order, delivery, gate=gate, teller=teller)


def _read_saved(path: Path, said: Global, options: Options) -> Plan:
    """Read a saved plan, and show its digest.

    Raises UsageFault if options are given that shape a plan, or another environment: the plan
    has its own.
    """
    from voiceops.core.planning.binding import name_changes
    from voiceops.core.settings import Options
    from voiceops.workflows.saved_plan import read_saved_plan

    saved = read_saved_plan(said.folder / path, name=str(path), most_parallel=MOST_PARALLEL)
    if options != Options():
        raise UsageFault(
            "a saved plan has its own options", hint="give them to `voiceops plan -o FILE`"
        )
    if said.environment not in {None, saved.environment}:
        raise UsageFault(
            f"{path} is for the environment {saved.environment}", hint="leave --env out"
        )
    click.echo(f"Digest of the plan: {name_changes(saved)}", err=True)
    return saved


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be applied, and how much a person wants to be asked."""

    options: Options
    is_sure: bool
    may_wait: bool
    saved: Plan | None = None
    max_age: timedelta = timedelta()


def _apply_everywhere(said: Global, order: Order, delivery: Delivery) -> int:
    """Apply side by side; nobody can be asked about several plans at once."""
    from voiceops.cli.progress import make_teller

    if not order.is_sure:
        message = "nothing was done: plans for several environments are not asked about one by one"
        raise DecisionNeeded(message, hint="look at `voiceops plan --all-environments`, add --yes")
    each = say_each(said)
    gates = {name: Gate() for name in each}
    tellers = {name: make_teller(said.colour, environment=name) for name in each}

    def work(said: Global, delivery: Delivery) -> int:
        name = said.environment or ""
        return _apply(said, order, delivery, gate=gates[name], teller=tellers[name])

    def find_at_work() -> str:
        return ", ".join(filter(None, (teller.at_work() for teller in tellers.values())))

    with stopping(list(gates.values()), find_at_work):
        return run_everywhere(each, delivery, work, parallelism=order.options.parallelism)


def _apply(said: Global, order: Order, delivery: Delivery, *, gate: Gate, teller: Teller) -> int:
    from voiceops.cli.workspace import open_workspace
    from voiceops.core.planning.binding import name_changes
    from voiceops.report.text.apply import render_report
    from voiceops.workflows.apply import apply

    def confirm(plan: Plan) -> None:
        if order.saved is not None:
            _compare(order.saved, plan, said, max_age=order.max_age)
        _confirm(plan, said, gate, yes=order.is_sure)
        teller.expect(len(plan.changes))

    if gate.is_closed:
        raise Stopped(gate.signal)
    with open_workspace(said) as workspace, teller:
        report = apply(
            workspace,
            order.options,
            confirm=confirm,
            tell=teller.tell,
            everything=gate,
            may_wait=order.may_wait,
        )
    if order.saved is not None:  # what was reviewed, also if others had done a part of it
        report = replace(report, plan_digest=name_changes(order.saved))
    style = style_for(sys.stdout, said.colour)
    return delivery.deliver(
        report, report.exit_code, write_text=lambda: render_report(report, style)
    )


def _compare(saved: Plan, fresh: Plan, said: Global, *, max_age: timedelta) -> None:
    """Let a plan pass that is not stale; show where the two part, and what is done already."""
    from voiceops.report.text.comparison import render_comparison
    from voiceops.workflows.saved_plan import StalePlan, refuse_stale

    style = style_for(sys.stderr, said.colour)
    try:
        comparison = refuse_stale(saved, fresh, max_age=max_age)
    except StalePlan as error:
        click.echo(render_comparison(error.comparison, style), err=True, nl=False, color=True)
        raise
    click.echo(render_comparison(comparison, style), err=True, nl=False, color=True)


def _confirm(plan: Plan, said: Global, gate: Gate, *, yes: bool) -> None:
    """Show the plan and let it pass, or raise what keeps it from being carried out."""
    from voiceops.report.text.plan import render_plan

    click.echo(
        render_plan(plan, style_for(sys.stderr, said.colour)), err=True, nl=False, color=True
    )
    if gate.is_closed:
        raise Stopped(gate.signal)
    if plan.needs_a_person:
        raise DecisionNeeded(
            "nothing was done: what is refused or in doubt above must be decided first",
            hint="names in doubt can be passed by with --exclude NAME" if plan.problems else "",
        )
    if plan.is_empty or (yes and not plan.asks):
        return
    if not is_interactive():
        message = "nothing was done: there is no terminal to ask on"
        raise DecisionNeeded(message, hint=_way_out(plan))
    with interruptible():
        if not click.confirm(_question(plan), err=True):
            raise DecisionNeeded("nothing was done")


def _way_out(plan: Plan) -> str:
    if plan.asks:
        return "this must be answered by a person: run apply on a terminal"
    return "add --yes to apply without being asked"


def _question(plan: Plan) -> str:
    lines = [show(ask) for ask in plan.asks]
    price = plan.price
    cost = f" It costs about {price.amount} {price.currency}." if price.creates > price.free else ""
    return "\n".join([*lines, f"Apply this plan?{cost}"])
