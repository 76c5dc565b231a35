"""Decide a name with an open create: nothing else may happen to it before that is settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voiceops.core.desired import Desired
from voiceops.core.facts import Intent
from voiceops.core.families.known import FAMILIES, family_of
from voiceops.core.plan import Action, Change, Reason
from voiceops.core.planning.decide import decide, describe, unlisted
from voiceops.core.planning.facts_index import View
from voiceops.core.planning.intents import Finding, Verdict
from voiceops.core.planning.moves import Moves
from voiceops.core.planning.recovery import may_take, weigh


def decide_pending(
    intent: Intent, desired: Desired | None, moves: Moves, view: View
) -> Change | None:
    """Decide by what the listing shows of the create; None if nobody declares a name without one.

    What it made is taken for free if the name still asks for it, and has not moved on. Otherwise
    the rows of the table decide, as they do for a create that was never executed.
    """
    finding = weigh(intent, view)
    name = desired.name if desired else intent.name
    is_adopted = desired and desired.adopt in {voice.voice_id for voice in finding.voices}
    match finding.verdict:
        case Verdict.OPEN if view.is_hidden(intent.made):
            return unlisted(name, intent.made, desired, view)
        case Verdict.OPEN:
            message = _say_open(intent)
            return Change(Action.SETTLE, Reason.PENDING, name, desired=desired, message=message)
        case Verdict.UNSETTLED if not is_adopted:
            return _doubt(intent, desired, finding, view=view)
        case Verdict.EXECUTED if desired and may_take(intent, desired, finding, view.facts.lock):
            taken = decide(desired, moves, view, recovered=finding.voices[0])
            told = filter(None, (_say_paid(intent, view), taken.message))
            return replace(taken, message="; ".join(told))
        case _:
            return decide(desired, moves, view) if desired else None


def find_left_over(intents: Iterable[Intent], view: View) -> dict[str, str]:
    """Map the voices that open creates have made to the names that they were made for."""
    findings = ((intent.name, weigh(intent, view)) for intent in intents)
    return {
        finding.voices[0].voice_id: name
        for name, finding in findings
        if finding.verdict is Verdict.EXECUTED
    }


def _say_open(intent: Intent) -> str:
    if intent.made:
        return f"{intent.made} is paid for, and not listed yet"
    return f"a create of {intent.at:%Y-%m-%d %H:%M:%S} UTC has an unknown outcome"


def _say_paid(intent: Intent, view: View) -> str:
    settings, family = view.facts.settings, family_of(intent.target_model) or FAMILIES[0]
    price = f"{settings.price_of(family)} {settings.currency_of(family)}"
    return f"about {price} was spent on it, by a create of {intent.at:%Y-%m-%d %H:%M:%S} UTC"


def _doubt(intent: Intent, desired: Desired | None, finding: Finding, *, view: View) -> Change:
    if intent.made:
        message = "a voice was paid for, and the service echoes another one under its name"
    else:
        message = "a create has an unknown outcome, and the account has new voices of this name"
    return Change(
        Action.PROBLEM,
        Reason.UNSETTLED,
        desired.name if desired else intent.name,
        desired=desired,
        candidates=describe(finding.voices, view),
        message=message,
        hint="if one is what was paid for, declare what `voiceops list --json` shows of it, with "
        f"`adopt: {finding.voices[-1].voice_id}`",
    )
