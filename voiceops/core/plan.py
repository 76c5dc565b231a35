"""A plan: every decision as data, and what it would cost. It is also the document that is saved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from voiceops.core.desired import Desired
from voiceops.core.lock import Why
from voiceops.core.settings import Options
from voiceops.errors import Fault

FORMAT_VERSION = 1


class Action(StrEnum):
    """What is done. Actions drive; reasons explain."""

    SETTLE = "settle"
    RENAME = "rename"
    RECORD = "record"
    ADOPT = "adopt"
    RESTORE = "restore"
    FORGET = "forget"
    DEPOSE = "depose"
    CREATE = "create"
    REPLACE = "replace"
    PRUNE = "prune"
    DELETE = "delete"
    PROBLEM = "problem"
    KEEP = "keep"


class Reason(StrEnum):
    """Why: the row of the decision table."""

    NEW = "new"
    TWIN = "twin"
    RESTORED = "restored"
    AMBIGUOUS = "ambiguous"
    UNREADABLE = "unreadable"
    DECLARED = "declared"
    UP_TO_DATE = "up_to_date"
    ECHOED = "echoed"
    EDITED = "edited"
    ASKED = "asked"
    PINNED = "pinned"
    LOST = "lost"
    UNLISTED = "unlisted"
    RENAMED = "renamed"
    PROMOTED = "promoted"
    SUPERSEDED = "superseded"
    MOVED_HERE = "moved_here"
    MOVED = "moved"
    RECORDED = "recorded"
    REMOVED = "removed"
    DEPOSED = "deposed"
    PENDING = "pending"
    RECOVERED = "recovered"
    UNSETTLED = "unsettled"
    UNMANAGED = "unmanaged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value of a spec that differs; `before` is None if nobody can tell it any more."""

    field: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A voice that might be the one that is wanted; `age_days` is None if nobody knows it."""

    voice: str
    created: str
    age_days: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """One decision.

    `voice` is the voice that is adopted, restored, recorded, renamed, deleted, pruned or
    forgotten or deposed; `replaces` a live voice that this change deposes; `lost` the voice that
    the name stood for and that is gone. What is deposed may be deleted from the day `until` on;
    None: this apply deletes it. `name` is a preferred name; for an unmanaged voice it is the one
    in its generated name. `desired` is there if a manifest declares the name.
    """

    action: Action
    reason: Reason
    name: str
    voice: str = ""
    replaces: str = ""
    lost: str = ""
    until: date | None = None
    renamed_from: str = ""
    desired: Desired | None = None
    differences: tuple[FieldChange, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    message: str = ""
    hint: str = ""

    @property
    def touched(self) -> tuple[str, ...]:
        """List every name and every voice that it is about."""
        names = (self.name, self.renamed_from, self.voice, self.replaces, self.lost)
        return tuple(filter(None, names))

    @property
    def deletes(self) -> str:
        """Name the live voice that this change deletes in the end; empty if it deletes none."""
        if self.action in {Action.DELETE, Action.PRUNE}:
            return self.voice
        return "" if self.until else self.replaces

    @property
    def deposes(self) -> str:
        """Name the live voice that is not to be used any more and outlives the apply."""
        if self.action is Action.DEPOSE:
            return self.voice
        return self.replaces if self.until else ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A change that a person must resolve first."""

    name: str
    reason: Reason
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Guard:
    """A rule that refuses the whole run before its first effect."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Drift:
    """A locked voice that changed outside voiceops: lost, or echoed otherwise."""

    name: str
    voice: str
    kind: Reason
    differences: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A live voice of our family that no known lockfile names.

    `duplicate_of` is the declared name whose spec it has: it was probably paid for twice, and is
    never deleted without being named by a person.
    """

    voice: str
    name: str
    created: str
    target_model: str
    duplicate_of: str = ""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A voice that stays as it is while its text moves on, and how far the two are apart."""

    name: str
    voice: str
    differences: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A deposed voice that is still there: a revert brings it back, free of charge.

    It may be deleted from `due_on` on; `held` says why one that is due is not deleted all the same.
    """

    voice: str
    name: str
    why: Why
    since: date
    due_on: date
    held: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """Voices in the account against the limit: now, after the apply, and at its peak.

    `family` says whose they are, if several families are in use.
    """

    limit: int
    now: int
    after: int
    peak: int
    warn_at: int
    family: str = ""

    @property
    def is_near(self) -> bool:
        """Tell whether the account comes close enough to the limit to be told."""
        return max(self.now, self.after, self.peak) >= self.warn_at


@dataclass(frozen=True, slots=True)
class IdleRisk:
    """A voice that the service may delete on `deletes_on` because nobody has spoken with it.

    `evidence` is `recorded_use` if voiceops saw it used on `last_used`, else `creation`. The name
    is empty if the voice is unmanaged.
    """

    name: str
    voice: str
    last_used: date
    evidence: str
    deletes_on: date
    days_left: int


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A name whose voice cannot be seen, since its family does not answer; it stays locked.

    `is_open` says that it is a create of which nobody knows whether it was executed.
    """

    name: str
    voice: str
    family: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """What the creates and replaces of a plan cost, as an estimate.

    `each` is the price of one that is not `free` of charge.
    """

    creates: int
    each: Decimal
    amount: Decimal
    currency: str
    max_cost: Decimal | None
    free: int = 0


@dataclass(frozen=True, slots=True)
class Binding:
    """What a plan was made from: when (UTC), by which version, with which options.

    The others are digests: of what is declared, of the lockfile, and of the listing as far as the
    plan touches its voices.
    """

    made: str
    version: str
    manifests: str
    lockfile: str
    listing: str
    options: Options


@dataclass(frozen=True, slots=True)
class Plan:
    """All decisions for one environment, sorted; the same facts give the same plan.

    `changes` has one row a name that is not as declared, in the order of work; rows that change
    nothing are counted in `unchanged`, rows that the operator did not select in `unselected`.
    `asks` are doubts that `--yes` does not answer. `quota` is the tightest, if several families
    are in use; `quotas` are then those of all of them. Nothing is decided of what is `unreachable`.
    """

    environment: str
    endpoint: str
    today: date
    changes: tuple[Change, ...]
    unchanged: int
    unselected: int
    quota: Quota
    idle: tuple[IdleRisk, ...]
    price: Price
    drift: tuple[Drift, ...]
    unmanaged: tuple[Unmanaged, ...]
    waiting: tuple[Waiting, ...]
    pinned: tuple[Pinned, ...]
    problems: tuple[Problem, ...]
    guards: tuple[Guard, ...]
    asks: tuple[str, ...]
    warnings: tuple[Fault, ...]
    binding: Binding | None = None
    quotas: tuple[Quota, ...] = ()
    unreachable: tuple[Unreachable, ...] = ()
    format_version: int = FORMAT_VERSION
    kind: str = "plan"

    @property
    def is_empty(self) -> bool:
        """Tell whether an apply would do nothing."""
        return not self.changes

    @property
    def needs_a_person(self) -> bool:
        """Tell whether an apply would refuse until somebody decides, whatever it is told."""
        return bool(self.problems or self.guards)

    @property
    def has_drifted(self) -> bool:
        """Tell whether account and manifests disagree, or a voice of ours may soon be deleted.

        A deposed voice that is due is none of that: the next apply deletes it.
        """
        is_idle = any(risk.name for risk in self.idle)
        is_pending = any(change.reason is not Reason.DEPOSED for change in self.changes)
        return bool(self.drift or is_pending or self.guards or is_idle)

    def count(self) -> dict[Action, int]:
        """Count the changes by action, in the order of work; actions without one are absent."""
        counts = Counter(change.action for change in self.changes)
        return {action: counts[action] for action in Action if counts[action]}
