"""What nobody declares: locked voices without a declaration, and voices that are in no lockfile."""

from __future__ import annotations

from collections.abc import Set

from voiceops.core.desired import Desired
from voiceops.core.lock import Why
from voiceops.core.plan import Action, Change, Reason, Unmanaged
from voiceops.core.planning.decide import unlisted
from voiceops.core.planning.deposed import find_end
from voiceops.core.planning.facts_index import View
from voiceops.core.planning.moves import Origin
from voiceops.core.planning.neighbours import decide_parting, is_wanted_there
from voiceops.core.planning.pending import find_left_over
from voiceops.core.settings import Orphans, matches
from voiceops.core.voice import LiveVoice


def decide_removed(name: str, removed: Set[str], view: View) -> Change:
    """Decide a locked name that no manifest declares.

    If several names stand for one voice, it is deleted with the last of them.
    """
    voice_id = view.facts.lock.voices[name].voice_id
    names = view.facts.lock.names_of(voice_id)
    is_wanted = voice_id in view.facts.claims.voices or not removed >= set(names)
    if is_wanted or name != names[-1] or view.is_gone(voice_id):
        message = view.say_who_keeps(voice_id)
        return Change(Action.FORGET, Reason.REMOVED, name, voice=voice_id, message=message)
    if view.live(voice_id) is None:
        return unlisted(name, voice_id, None, view)
    parting = decide_parting(view.facts.neighbours, name, view.facts.lock.voices[name])
    if parting is not None:
        return parting
    is_alias = any(name in desired.aliases for desired in view.facts.desired)
    reason = Reason.SUPERSEDED if is_alias else Reason.REMOVED
    return _let_go(Why.REMOVED, reason, name, voice_id, view=view)


def _let_go(why: Why, reason: Reason, name: str, voice_id: str, *, view: View) -> Change:
    """Delete a voice that nobody declares, or depose it if it has days to wait."""
    until = find_end(why, name, voice_id, view)
    action = Action.DEPOSE if until else Action.DELETE
    return Change(action, reason, name, voice=voice_id, until=until)


def find_unmanaged(
    rows: list[Change], pairs: list[tuple[Desired, Origin | None]], view: View
) -> tuple[Unmanaged, ...]:
    """List the unclaimed voices of our family that no row has taken, sorted by voice name."""
    taken = {row.voice for row in rows}
    taken |= {candidate.voice for row in rows for candidate in row.candidates}
    settling = [row for row in rows if row.action is Action.SETTLE]
    pending = {row.desired.sent if row.desired else row.name for row in settling}
    known = _declared_specs(pairs)
    declared = {desired.name for desired, _ in pairs}
    left_over = find_left_over(view.facts.intents, view)
    paid = {voice: name for voice, name in left_over.items() if name in declared}
    return tuple(
        Unmanaged(
            voice=voice.voice_id,
            name=voice.preferred_name or "",
            created=voice.created,
            target_model=voice.target_model,
            duplicate_of=paid.get(voice.voice_id) or _duplicate_of(voice, known),
        )
        for voice in view.all_unclaimed()
        if voice.voice_id not in taken
        and voice.preferred_name not in pending
        and not matches(view.facts.settings.ignore, voice.voice_id, voice.preferred_name or "")
    )


def _declared_specs(pairs: list[tuple[Desired, Origin | None]]) -> dict[tuple[str, str], str]:
    """Map preferred name and spec digest to the declared name that asks for them."""
    return {
        (name, desired.seen.digest): desired.name
        for desired, _ in pairs
        for name in desired.sent_names
    }


def _duplicate_of(voice: LiveVoice, known: dict[tuple[str, str], str]) -> str:
    if voice.spec is None or voice.preferred_name is None:
        return ""
    return known.get((voice.preferred_name, voice.spec.digest), "")


def delete_unmanaged(unmanaged: tuple[Unmanaged, ...], view: View) -> list[Change]:
    """Delete what belongs to nobody; who made it lately may not have recorded it yet.

    Nobody states the zone of the stamps that tell when that was, so the doubt of a day counts.

    While another environment has no lockfile, nobody knows what belongs to it; what its manifests
    ask for, it takes.
    """
    if view.facts.settings.orphans is not Orphans.DELETE or view.facts.claims.missing:
        return []
    return [
        _let_go(Why.UNMANAGED, Reason.UNMANAGED, voice.name, voice.voice, view=view)
        for voice in unmanaged
        if not voice.duplicate_of and view.is_old(voice.voice)
        if (live := view.live(voice.voice)) and not is_wanted_there(view.facts.neighbours, live)
    ]
