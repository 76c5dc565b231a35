"""What an earlier run sent or paid for, and never wrote down: what the account shows of it."""

from __future__ import annotations

from voiceops.core.desired import Desired
from voiceops.core.facts import Intent
from voiceops.core.families.known import parse_voice_name
from voiceops.core.lock import Lock
from voiceops.core.planning.facts_index import View
from voiceops.core.planning.intents import Finding, Verdict, judge


def weigh(intent: Intent, view: View) -> Finding:
    """Find out from the listing what became of an open create.

    Where its voice is known, that voice must be there, and be what was to be made: whatever else
    a file says of it is not believed.
    """
    if not intent.made:
        return judge(intent, view.all_unclaimed(), has_settled=view.has_settled(intent.sent_by))
    voice, claims = view.live(intent.made), view.facts.claims
    if intent.made in claims.voices or intent.made in claims.deposed:
        return Finding(Verdict.DISPROVED)
    if voice is None:
        return Finding(Verdict.DISPROVED if _is_gone(intent, view) else Verdict.OPEN)
    return Finding(Verdict.EXECUTED if intent.has_made(voice) else Verdict.UNSETTLED, (voice,))


def _is_gone(intent: Intent, view: View) -> bool:
    """Tell whether what was made is gone, and not only too young to be listed."""
    name = parse_voice_name(intent.made)
    is_dated = name is not None and name.created_at is not None
    return view.is_gone(intent.made) and (is_dated or view.has_settled(intent.sent_by))


def may_take(intent: Intent, desired: Desired, finding: Finding, lock: Lock) -> bool:
    """Tell whether a declared name may stand for what was made for it.

    Only if it still asks for this, and its entry is the one that the intent saw: a newer one
    stands, and what was paid for is a duplicate.
    """
    has_moved = desired.name != intent.name and desired.name in lock.voices
    if has_moved or not _is_as_seen(intent, lock):
        return False
    return finding.verdict is Verdict.EXECUTED and finding.voices[0].spec == desired.seen


def is_pending(intent: Intent, view: View) -> bool:
    """Tell whether something is open still, or found that its name may take."""
    match weigh(intent, view).verdict:
        case Verdict.DISPROVED:
            return False
        case Verdict.EXECUTED:
            return _is_as_seen(intent, view.facts.lock)
        case Verdict.OPEN | Verdict.UNSETTLED:
            return True


def _is_as_seen(intent: Intent, lock: Lock) -> bool:
    voice_id = lock.voice_of(intent.name)
    if intent.saw is None:  # an older version did not note it
        return not voice_id or voice_id in intent.before
    return voice_id == intent.saw
