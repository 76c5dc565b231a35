"""A saved plan: read it, and refuse it if it is not what would be planned now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from voiceops.core.plan import Plan
from voiceops.core.planning.binding import Comparison, compare
from voiceops.core.settings import Options
from voiceops.errors import DecisionNeeded, FileUnusable
from voiceops.report.documents import read_document


class StalePlan(DecisionNeeded):
    """What a person has agreed to is not what would be done now; `comparison` says where."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__(
            f"nothing was done: the saved plan is stale: {'; '.join(comparison.stale)}",
            hint="plan again, and have the new plan reviewed",
        )
        self.comparison = comparison


def read_saved_plan(path: Path, *, name: str, most_parallel: int) -> Plan:
    """Read a plan that `plan -o` saved; `name` is how messages call the file.

    Its parallelism may be `most_parallel`, as that of a command.

    Raises FileUnusable for a file that is no plan, and DecisionNeeded for a plan that was refused
    when it was made, whatever else it says: no edit of the file is a decision.
    """
    saved = read_document(path)
    if not isinstance(saved, Plan):
        raise FileUnusable(f"{name}: holds no plan", hint="save one with `voiceops plan -o FILE`")
    made = options_of(saved)
    numbers = (made.allow_deletes, made.allow_replaces)
    if min(numbers) < 0 or not 1 <= made.parallelism <= most_parallel:
        raise FileUnusable(
            f"{name}: its options are not those of any command", hint="plan again, and save it"
        )
    reasons = [guard.message for guard in saved.guards]
    reasons += [f"{problem.name}: {problem.message}" for problem in saved.problems]
    if reasons:
        raise DecisionNeeded(
            f"nothing was done: {name} was refused when it was planned: {'; '.join(reasons)}",
            hint="decide that first, then plan again, and have the new plan reviewed",
        )
    return saved


def options_of(saved: Plan) -> Options:
    """Give the options that a plan was made with."""
    return saved.binding.options if saved.binding else Options()


def refuse_stale(saved: Plan, fresh: Plan, *, max_age: timedelta) -> Comparison:
    """Let a plan pass that may still be applied; raises StalePlan for one that may not."""
    comparison = compare(saved, fresh, max_age=max_age)
    if comparison.stale:
        raise StalePlan(comparison)
    return comparison
