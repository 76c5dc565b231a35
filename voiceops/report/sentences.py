"""The sentences that every format has in common; unencoded, each sink encodes its own way."""

from __future__ import annotations

from voiceops.core.families.known import family_of_voice
from voiceops.core.plan import (
    Action,
    Candidate,
    Drift,
    FieldChange,
    IdleRisk,
    Price,
    Quota,
    Reason,
    Unmanaged,
    Unreachable,
    Waiting,
)
from voiceops.report.words import compare_words

WHY = {
    Reason.NEW: "it is new",
    Reason.TWIN: "the account has this very voice; free of charge",
    Reason.RESTORED: "it was to go, and is wanted again; free of charge",
    Reason.AMBIGUOUS: "more than one voice fits",
    Reason.UNREADABLE: "a voice that cannot be read may be it",
    Reason.DECLARED: "the manifest says so",
    Reason.UP_TO_DATE: "it is as declared",
    Reason.ECHOED: "it is as declared, but echoed otherwise",
    Reason.EDITED: "its declaration was edited",
    Reason.ASKED: "another take is asked for (--replace)",
    Reason.PINNED: "it is pinned: the voice stays while its text moves on",
    Reason.LOST: "its voice is gone from the account",
    Reason.UNLISTED: "its voice is not listed",
    Reason.RENAMED: "free of charge",
    Reason.PROMOTED: "it takes the voice of its alias; free of charge",
    Reason.SUPERSEDED: "no manifest declares it any more; it is an alias of another name",
    Reason.MOVED_HERE: "another name has this very voice",
    Reason.MOVED: "another environment takes it, or may",
    Reason.RECORDED: "only the lockfile changes",
    Reason.REMOVED: "no manifest declares it any more",
    Reason.DEPOSED: "nobody is to use it any more",
    Reason.PENDING: "an earlier create is still open",
    Reason.RECOVERED: "it was paid for and not recorded; free of charge",
    Reason.UNSETTLED: "it is unclear which voice was paid for",
    Reason.UNMANAGED: "nobody declares it (orphans: delete)",
    Reason.REFUSED: "its voice was refused in review",
}
DONE = {
    Action.SETTLE: "settled",
    Action.RENAME: "renamed",
    Action.RECORD: "recorded",
    Action.ADOPT: "adopted",
    Action.RESTORE: "restored",
    Action.FORGET: "forgotten",
    Action.DEPOSE: "deposed",
    Action.CREATE: "created",
    Action.REPLACE: "replaced",
    Action.PRUNE: "pruned",
    Action.DELETE: "deleted",
    Action.PROBLEM: "in doubt",
    Action.KEEP: "kept",
}


def say_difference(difference: FieldChange) -> str:
    """Show a changed value, by words: [-what went-] and {+what came+}."""
    if difference.before is None:
        return f"(not known) -> {difference.after}"
    marks = {"old": "[-{}-]", "new": "{{+{}+}}"}
    pieces = compare_words(difference.before, difference.after)
    return "".join(marks.get(piece.kind, "{}").format(piece.text) for piece in pieces)


def say_candidate(candidate: Candidate, price: Price) -> str:
    """Tell what a person must know to choose a voice: its age and its price."""
    paid = f", {_say_paid(candidate.voice, price)}"
    if candidate.age_days is None:
        return f"{candidate.voice}, made at an unknown time{paid}"
    days = say_count(candidate.age_days, "day")
    return f"{candidate.voice}, made {candidate.created}, {days} ago{paid}"


def say_drift(drift: Drift) -> str:
    """Tell how a locked voice changed outside voiceops."""
    if drift.kind is Reason.LOST:
        return f"{drift.voice} is gone"
    changed = ", ".join(difference.field for difference in drift.differences) or "spec"
    return f"{drift.voice} echoes another {changed} than was observed"


def say_unmanaged(voice: Unmanaged, price: Price) -> str:
    """Name a voice that nobody declares, and what it may have cost."""
    if not voice.duplicate_of:
        return voice.voice
    paid = _say_paid(voice.voice, price)
    return f"{voice.voice}, a duplicate of {voice.duplicate_of}, paid for twice ({paid})"


def _say_paid(voice_id: str, price: Price) -> str:
    family = family_of_voice(voice_id)
    is_free = family is not None and not family.price
    return "free of charge" if is_free else f"{price.each} {price.currency}"


def say_waiting(waiting: Waiting) -> str:
    """Tell until when a revert brings a voice back, and why it is to go."""
    line = f"{waiting.voice}, {waiting.why} {waiting.since}"
    if waiting.held:
        return f"{line}, due since {waiting.due_on}, held back: {waiting.held}"
    return f"{line}, deleted from {waiting.due_on} on"


def say_idle(risk: IdleRisk) -> str:
    """Tell when a voice may be deleted for disuse, and how that is known."""
    evidence = "last used" if risk.evidence == "recorded_use" else "no recorded use, made"
    when = f"in {say_count(risk.days_left, 'day')}" if risk.days_left > 0 else "any day now"
    return f"{risk.deletes_on}, {evidence} {risk.last_used}, {when}"


def say_unreachable(one: Unreachable) -> str:
    """Name a voice of which nobody can tell whether it is there, and its family."""
    what = one.voice or "not made yet"
    if one.is_open:
        what = f"{one.voice} is paid for" if one.voice else "a create is open: it may be paid for"
    return f"{what}, of the family {one.family}"


def say_quota(quota: Quota) -> str:
    """Count the account's voices against its limit."""
    line = (
        f"{quota.now:,} voice{'' if quota.now == 1 else 's'} now, "
        f"{quota.after:,} after, {quota.peak:,} at the peak, of {quota.limit:,}"
    )
    line = f"{quota.family}: {line}" if quota.family else line
    if quota.peak > quota.limit:
        return f"{line}: over the limit"
    return f"{line}: near the limit (warning from {quota.warn_at:,})" if quota.is_near else line


def say_price(price: Price) -> str:
    """Show how the price comes about."""
    paid, free = price.creates - price.free, say_count(price.free, "voice")
    if not paid:
        return f"none, {free} free of charge"
    line = f"{paid} x {price.each} = {price.amount} {price.currency} (an estimate)"
    return f"{line}, {free} free of charge" if price.free else line


def say_count(number: int, noun: str) -> str:
    """Write a number with its noun, in the plural if need be."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
