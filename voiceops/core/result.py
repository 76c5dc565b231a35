"""What came of carrying out a plan; it is also the document that apply reports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from voiceops.core.plan import FORMAT_VERSION, Action, Change, Plan, Quota
from voiceops.errors import ExitCode

ZERO = Decimal(0)
_PAID = frozenset({Action.CREATE, Action.REPLACE})


class Status(StrEnum):
    """How one change ended."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class Result:
    """The end of one change.

    `message` says why it is not done, or what is odd about it; `preview` is the file of the
    preview, relative to the project.
    """

    action: Action
    name: str
    status: Status
    voice: str = ""
    message: str = ""
    hint: str = ""
    preview: str = ""

    def failed(self, message: str) -> Result:
        """Say that it did not succeed after all."""
        return replace(self, status=Status.FAILED, message=message, hint="")

    def settled(self, voice_id: str) -> Result:
        """Say which voice an unknown create turned out to have made."""
        message = "the reply was lost, and the preview with it; the voice was found in the account"
        return replace(self, status=Status.DONE, voice=voice_id, message=message, hint="")

    def remark(self, message: str) -> Result:
        """Add what is odd about it."""
        return replace(self, message="; ".join(filter(None, (self.message, message))))

    def with_preview(self, path: str) -> Result:
        """Add where the preview is."""
        return replace(self, preview=path)

    @classmethod
    def of(cls, change: Change, status: Status, *, message: str = "", hint: str = "") -> Result:
        """Make the result of a change that ended without a new voice."""
        return cls(
            change.action, change.name, status, voice=change.voice, message=message, hint=hint
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What was done, what failed, and what was not tried, in the order of work.

    `spent` counts the voices that are known to be created, at the estimated price; `perhaps` those
    of which nobody knows. `stopped_by` is a signal's number, 0 without one.
    `plan_digest` names the changes of the plan that was carried out, as a person has seen it.
    """

    environment: str
    endpoint: str
    lockfile: str
    results: tuple[Result, ...]
    quota: Quota
    spent: Decimal
    perhaps: Decimal
    currency: str
    warnings: tuple[str, ...]
    stopped_by: int = 0
    plan_digest: str = ""
    format_version: int = FORMAT_VERSION
    kind: str = "apply"

    def count(self, status: Status) -> int:
        """Count the results that ended so."""
        return sum(result.status is status for result in self.results)

    @property
    def exit_code(self) -> int:
        """Say how the apply ended: all done, a part of it, nothing of it, or stopped."""
        if self.stopped_by:
            return 128 + self.stopped_by
        if all(result.status is Status.DONE for result in self.results):
            return ExitCode.DONE
        has_made = any(result.action in _PAID and result.voice for result in self.results)
        has_done_something = self.count(Status.DONE) or self.count(Status.UNKNOWN) or has_made
        return ExitCode.PARTIAL if has_done_something else ExitCode.FAILED


def find_spent(results: tuple[Result, ...], plan: Plan) -> Decimal:
    """Add up what the voices cost that are known to be created."""
    costs = _find_costs(plan)
    made = [one for one in results if one.action in _PAID and one.voice]
    return sum((costs.get(one.name, ZERO) for one in made), start=ZERO)


def find_perhaps(results: tuple[Result, ...], plan: Plan) -> Decimal:
    """Add up what the creates of this run cost whose outcome is unknown, if they were executed.

    Those of earlier runs were told of then.
    """
    costs = _find_costs(plan)
    unknown = [result for result in results if result.status is Status.UNKNOWN]
    return sum((costs.get(one.name, ZERO) for one in unknown if one.action in _PAID), start=ZERO)


def _find_costs(plan: Plan) -> dict[str, Decimal]:
    """Map the names that get a voice to what it costs."""
    return {
        change.name: plan.price.each if change.desired.family.price else ZERO
        for change in plan.changes
        if change.action in _PAID and change.desired
    }
