"""A saved plan: read it, and refuse it if it is not what would be planned now."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voiceops.cli.options import MOST_PARALLEL, Global
from voiceops.cli.terminal import style_for
from voiceops.errors import DecisionNeeded, FileUnusable, UsageFault
from voiceops.report.terminal import show

if TYPE_CHECKING:
    from voiceops.core.plan import Plan
    from voiceops.core.planning.binding import Comparison
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


def read_saved(path: Path, said: Global, options: Options) -> Plan:
    """Read a plan that `plan -o` saved, and show its digest.

    Raises UsageFault if options are given that shape a plan, or another environment: the plan
    has its own. Raises FileUnusable for a file that is no plan, and DecisionNeeded for a plan
    that was refused when it was made, whatever else it says.
    """
    from voiceops.core.plan import Plan
    from voiceops.core.planning.binding import name_changes
    from voiceops.core.settings import Options
    from voiceops.report.documents import read_document

    document = read_document(said.folder / path)
    if not isinstance(document, Plan):
        raise FileUnusable(f"{path}: holds no plan", hint="save one with `voiceops plan -o FILE`")
    made = options_of(document)
    numbers = (made.allow_deletes, made.allow_replaces)
    if min(numbers) < 0 or not 1 <= made.parallelism <= MOST_PARALLEL:
        raise FileUnusable(
            f"{path}: its options are not those of any command", hint="plan again, and save it"
        )
    if options != Options():
        raise UsageFault(
            "a saved plan has its own options", hint="give them to `voiceops plan -o FILE`"
        )
    if said.environment not in {None, document.environment}:
        raise UsageFault(
            f"{path} is for the environment {document.environment}", hint="leave --env out"
        )
    _refuse_refused(document, path)
    click.echo(f"Digest of the plan: {name_changes(document)}", err=True)
    return document


def _refuse_refused(saved: Plan, path: Path) -> None:
    """Refuse what was refused when it was planned: no edit of the file is a decision."""
    reasons = [guard.message for guard in saved.guards]
    reasons += [f"{problem.name}: {problem.message}" for problem in saved.problems]
    if reasons:
        raise DecisionNeeded(
            f"nothing was done: {path} was refused when it was planned: {'; '.join(reasons)}",
            hint="decide that first, then plan again, and have the new plan reviewed",
        )


def options_of(saved: Plan) -> Options:
    """Give the options that a plan was made with."""
    from voiceops.core.settings import Options

    return saved.binding.options if saved.binding else Options()


def refuse_stale(saved: Plan, fresh: Plan, said: Global, *, max_age: timedelta) -> None:
    """Let a plan pass that may still be applied, and tell of what was done already.

    Raises DecisionNeeded for a stale one, after showing where the two part.
    """
    from voiceops.core.planning.binding import compare

    comparison = compare(saved, fresh, max_age=max_age)
    if comparison.stale:
        _show_differences(comparison, said)
        raise DecisionNeeded(
            f"nothing was done: the saved plan is stale: {'; '.join(comparison.stale)}",
            hint="plan again, and have the new plan reviewed",
        )
    for change in comparison.done:
        click.echo(f"done already: {change.action} {show(change.name)}", err=True)


def _show_differences(comparison: Comparison, said: Global) -> None:
    """Show the changes that only one of the two plans has."""
    from voiceops.core.difference import find_differences
    from voiceops.report.sentences import WHY, say_difference

    style = style_for(sys.stderr, said.colour)
    reviewed = {
        (difference.change.action, difference.change.name): difference.change.desired
        for difference in comparison.differences
        if not difference.is_new
    }
    for difference in comparison.differences:
        change = difference.change
        where, colour = ("now", "green") if difference.is_new else ("reviewed", "red")
        head = style.paint(f"only in the plan {where}:", colour)
        text = f"{head} {change.action} {show(change.name)}  {WHY[change.reason]}"
        click.echo(text, err=True, color=True)
        before = reviewed.get((change.action, change.name)) if difference.is_new else None
        if before and change.desired:
            for edit in find_differences(before.spec, change.desired.spec):
                click.echo(f"    {edit.field:<12}  {show(say_difference(edit))}", err=True)
