"""The decision table for one declared voice; the first row that matches wins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voiceops.core.desired import Desired
from voiceops.core.difference import find_differences
from voiceops.core.facts import DOUBT
from voiceops.core.lock import LockEntry, Why
from voiceops.core.plan import Action, Candidate, Change, FieldChange, Reason
from voiceops.core.planning.deposed import find_end
from voiceops.core.planning.facts_index import View
from voiceops.core.planning.moves import Doubt, Moves, Origin
from voiceops.core.planning.neighbours import gives_up, is_protected_there, say_holder
from voiceops.core.planning.unreachable import is_unreachable
from voiceops.core.voice import LiveVoice, Status, read_created

# What lets a name stand for another voice than before.
_LEAVING = frozenset({Action.REPLACE, Action.ADOPT, Action.RESTORE, Action.RENAME})
# What leaves a voice as it is, under whatever name.
_AS_IT_IS = frozenset({Action.KEEP, Action.RECORD})


def decide(
    desired: Desired, moves: Moves, view: View, *, recovered: LiveVoice | None = None
) -> Change:
    """Decide what becomes of one declared voice that has no open intent.

    `recovered` is what an earlier run paid for and did not write down, if the name may take it.
    """
    origin = moves.origin_of(desired)
    if recovered is None:
        change = _decide_row(desired, origin, view)
    else:
        reason = Reason.RECOVERED
        change = _take(desired, Action.ADOPT, reason, recovered, origin=origin, view=view)
    is_asked = desired.name in view.facts.options.replace
    if change.action in {Action.CREATE, Action.REPLACE} and not is_asked:
        change = _doubt(change, moves.find_doubt(desired), view)
    elif origin is not None and origin.name != desired.name and change.action in _AS_IT_IS:
        change = _rename(change, moves.left_behind(desired), view)
    if origin is not None and origin.name != desired.name:
        change = replace(change, renamed_from=origin.name)
    if not change.replaces:
        former = moves.left_behind(desired) if change.action is Action.RENAME else None
        left = former or (origin.entry if origin else None)
        return _tell_what_stays(change, left, view)
    until = find_end(Why.REPLACED, desired.name, change.replaces, view)
    if until is None and is_unreachable(change.replaces, view.facts):
        until = view.today + DOUBT  # nobody can delete it now
    return replace(change, until=until)


def _tell_what_stays(change: Change, left: LockEntry | None, view: View) -> Change:
    """Say that a voice which a name leaves goes on, and counts, since somebody else names it."""
    if left is None or change.action not in _LEAVING or left.voice_id == change.voice:
        return change
    return replace(change, message=view.say_who_keeps(left.voice_id, called=left.voice_id))


def _rename(change: Change, former: LockEntry | None, view: View) -> Change:
    """Let a name take the voice of another one; its own former voice is deposed."""
    renamed = replace(change, action=Action.RENAME, reason=Reason.RENAMED)
    if former is None:
        return renamed
    is_ours = view.live(former.voice_id) is not None and not view.is_shared(former.voice_id)
    return replace(renamed, reason=Reason.PROMOTED, replaces=former.voice_id if is_ours else "")


def _doubt(change: Change, doubt: Doubt | None, view: View) -> Change:
    """Refuse to pay for a voice that may rather come from another name."""
    if doubt is None or change.desired is None:
        return change
    return _problem(
        change.name,
        doubt.reason,
        doubt.message,
        hint=doubt.hint,
        desired=change.desired,
        candidates=describe(doubt.voices, view),
    )


def is_stale_adoption(desired: Desired, origin: Origin | None, view: View) -> bool:
    """Tell whether `adopt` names a voice that this name had once, and has no more."""
    if desired.adopt is None or origin is None or origin.entry.voice_id == desired.adopt:
        return False
    if view.is_spoken_for(desired.adopt):
        return False
    deposed = view.facts.lock.deposed.get(desired.adopt)
    was_its_own = deposed is not None and deposed.name in {desired.name, *desired.aliases}
    return was_its_own or view.is_gone(desired.adopt)


def describe(voices: Iterable[LiveVoice], view: View) -> tuple[Candidate, ...]:
    """Show voices as candidates, in their order."""
    candidates = []
    for voice in voices:
        made = read_created(voice.voice_id, voice.created)
        age_days = (view.facts.now - made).days if made else None
        candidates.append(Candidate(voice.voice_id, voice.created, age_days))
    return tuple(candidates)


def _decide_row(desired: Desired, origin: Origin | None, view: View) -> Change:
    if desired.adopt and (origin is None or origin.entry.voice_id != desired.adopt):
        declared = _decide_declared(desired, desired.adopt, origin, view)
        if declared is not None:
            return declared
    if origin is None:
        return _obtain(desired, Change(Action.CREATE, Reason.NEW, desired.name), view)
    entry = origin.entry
    live = view.live(entry.voice_id)
    if is_unreachable(entry.voice_id, view.facts):
        moved = Change(
            Action.REPLACE,
            Reason.EDITED,
            desired.name,
            replaces=entry.voice_id,
            message=f"{entry.voice_id} stays in the account while its family does not answer",
        )
        return _obtain(desired, moved, view)
    if live is None and not view.is_gone(entry.voice_id):
        if view.is_late(entry.voice_id) and entry.spec == desired.spec.digest:
            return Change(Action.KEEP, Reason.UP_TO_DATE, desired.name, voice=entry.voice_id)
        return unlisted(desired.name, entry.voice_id, desired, view)
    if live is None:
        lost = Change(Action.CREATE, Reason.LOST, desired.name, lost=entry.voice_id)
        return _obtain(desired, lost, view)
    is_equal = view.is_as_declared(entry, desired)
    is_asked = desired.name in view.facts.options.replace
    if (is_equal or desired.pin) and not is_asked:
        return _keep(desired, origin, live, view)
    edited = Change(
        Action.REPLACE,
        Reason.ASKED if is_equal or desired.pin else Reason.EDITED,
        desired.name,
        replaces="" if view.is_shared(entry.voice_id) else entry.voice_id,
        differences=() if is_equal else _differences(entry, live, desired),
    )
    return _obtain(desired, edited, view)


def _decide_declared(
    desired: Desired, wanted: str, origin: Origin | None, view: View
) -> Change | None:
    """Decide `adopt: VOICE`; None lets the rows below decide."""
    live = view.live(wanted)
    is_own_deposed = view.is_restorable(wanted)
    if live is not None and live.spec == desired.seen:
        if is_own_deposed:
            return _take(desired, Action.RESTORE, Reason.DECLARED, live, origin=origin, view=view)
        if view.is_unclaimed(wanted) or gives_up(view.facts.neighbours, wanted):
            return _take(desired, Action.ADOPT, Reason.DECLARED, live, origin=origin, view=view)
    if is_stale_adoption(desired, origin, view):
        return None
    message, hint = _why_not_adopted(wanted, live, view)
    return _problem(desired.name, Reason.DECLARED, message, hint=hint, desired=desired)


def _why_not_adopted(wanted: str, live: LiveVoice | None, view: View) -> tuple[str, str]:
    if live is None:
        return (
            f"adopt names {wanted}, which the service does not list",
            "see the voices of the account with `voiceops list`, or take the line out",
        )
    if not view.is_unclaimed(wanted):
        holder = say_holder(view.facts.neighbours, wanted)
        if holder:
            hint = "take it out of the manifest there, in the same change: then it moves here, free"
            return f"adopt names {wanted}, which is {holder}", hint
        return (
            f"adopt names {wanted}, which a lockfile of this repository names already",
            "one voice belongs to one name: take the line out, or that name",
        )
    return (
        f"adopt names {wanted}, whose spec is not the one declared",
        "make the declaration equal to what `voiceops list --json` shows of the voice",
    )


def _take(
    desired: Desired,
    action: Action,
    reason: Reason,
    live: LiveVoice,
    *,
    origin: Origin | None,
    view: View,
) -> Change:
    if desired.protect is None and is_protected_there(view.facts.neighbours, live.voice_id):
        desired = replace(desired, protect=True)  # as with a rename, protection moves along
    before = origin.entry.voice_id if origin else ""
    is_live = bool(before) and view.live(before) is not None
    is_ours_alone = is_live and not view.is_shared(before)
    return Change(
        action,
        reason,
        desired.name,
        voice=live.voice_id,
        replaces=before if is_ours_alone else "",
        lost=before if before and not is_live else "",
        desired=desired,
    )


def _keep(desired: Desired, origin: Origin, live: LiveVoice, view: View) -> Change:
    """Keep a voice that is as declared; its echo, its protection may be news."""
    if live.status is Status.REFUSED:
        return _tell_refused(desired, [live], view)
    entry = origin.entry
    kept = Change(
        Action.KEEP, Reason.UP_TO_DATE, desired.name, voice=entry.voice_id, desired=desired
    )
    if not view.is_as_declared(entry, desired):
        moved_on = _differences(entry, live, desired)
        kept = replace(kept, reason=Reason.PINNED, differences=moved_on)
    is_unseen = entry.observed is None and live.spec is not None
    is_restated = origin.name in view.facts.restated and not kept.differences
    is_restated |= entry.spec != desired.spec.digest and not kept.differences
    if is_unseen or is_restated or desired.protect not in {None, entry.protect}:
        return replace(kept, action=Action.RECORD, reason=Reason.RECORDED)
    if entry.observed and live.spec and live.spec.digest != entry.observed:
        return replace(kept, reason=Reason.ECHOED)
    return kept


def _obtain(desired: Desired, wanted: Change, view: View) -> Change:
    """Get a voice for a row that would create: restored, adopted, or really created."""
    wanted = replace(wanted, desired=desired)
    is_asked = desired.name in view.facts.options.replace
    deposed = None if is_asked else view.restorable(desired)
    if deposed is not None and deposed.status is Status.REFUSED:
        return _tell_refused(desired, [deposed], view)
    if deposed is not None:
        return replace(
            wanted, action=Action.RESTORE, reason=Reason.RESTORED, voice=deposed.voice_id
        )
    found = view.twins(desired)
    twins = [voice for voice in found if voice.status is not Status.REFUSED]
    if found and not twins and not is_asked:
        return _tell_refused(desired, found, view)
    if len(twins) > 1:
        return _problem(
            desired.name,
            Reason.AMBIGUOUS,
            f"{len(twins)} voices of the account are what is declared; each was paid for",
            hint=f"choose one: `adopt: {twins[-1].voice_id}`",
            desired=desired,
            candidates=describe(twins, view),
        )
    if twins:
        reason = Reason.TWIN if wanted.reason is Reason.NEW else wanted.reason
        return replace(wanted, action=Action.ADOPT, reason=reason, voice=twins[0].voice_id)
    made = view.unrecorded(desired)
    if made is not None:
        return unlisted(desired.name, made, desired, view)
    unreadable = [voice for voice in view.unclaimed(desired.sent_names) if voice.spec is None]
    if unreadable:
        return _problem(
            desired.name,
            Reason.UNREADABLE,
            "a voice of this name is there, but the service does not tell its prompt",
            hint="it may be the one declared: look at it in the console, delete it there or "
            "exclude this name",
            desired=desired,
            candidates=describe(unreadable, view),
        )
    return wanted


def _tell_refused(desired: Desired, refused: Iterable[LiveVoice], view: View) -> Change:
    """Say that the service refused a voice after its create; the same text would be, again."""
    return _problem(
        desired.name,
        Reason.REFUSED,
        "the service refused it in its review",
        hint="edit its text: another voice is made in its place; or take another one of the "
        f"same text with --replace {desired.name}",
        desired=desired,
        candidates=describe(refused, view),
    )


def unlisted(name: str, voice_id: str, desired: Desired | None, view: View) -> Change:
    """Make the row of a voice that is missing, but perhaps not gone."""
    if view.is_hidden(voice_id):
        message = f"the service knows {voice_id}, and does not list it"
        hint = f"nothing is created while it is there: pass it by with --exclude {name}"
    else:
        message = f"the listing lacks {voice_id}, but it cannot be called gone yet"
        hint = "try again when it is older than `settle_s`; nothing is created until then"
    return Change(
        Action.PROBLEM,
        Reason.UNLISTED,
        name,
        voice=voice_id,
        desired=desired,
        message=message,
        hint=hint,
    )


def _problem(
    name: str,
    reason: Reason,
    message: str,
    *,
    hint: str,
    desired: Desired,
    candidates: tuple[Candidate, ...] = (),
) -> Change:
    return Change(
        Action.PROBLEM,
        reason,
        name,
        desired=desired,
        candidates=candidates,
        message=message,
        hint=hint,
    )


def _differences(entry: LockEntry, live: LiveVoice, desired: Desired) -> tuple[FieldChange, ...]:
    """Name what was edited: against what the service echoes, or what the lockfile still tells."""
    if live.spec is not None:
        return find_differences(live.spec, live.family.show(desired.spec))
    known = (
        FieldChange("language", entry.language, desired.spec.language),
        FieldChange("target_model", entry.target_model, desired.spec.target_model),
    )
    seen = tuple(change for change in known if change.before != change.after)
    return seen or (FieldChange("voice_prompt", None, desired.spec.voice_prompt),)
