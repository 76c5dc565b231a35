"""What a plan warns of: lines that have outlived their use, what cannot be seen, clocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from datetime import timedelta

from voiceops.core.desired import Desired
from voiceops.core.facts import Facts
from voiceops.core.families.known import family_of_voice
from voiceops.core.globs import find_unmatched
from voiceops.core.plan import Action, Change, Reason, Unmanaged
from voiceops.core.planning.decide import is_stale_adoption
from voiceops.core.planning.facts_index import View
from voiceops.core.planning.moves import Origin
from voiceops.core.settings import Orphans
from voiceops.core.voice import Status
from voiceops.errors import NOWHERE, Fault, Place

# A clock that is off by more is told of.
MOST_SKEW = timedelta(minutes=1)
# What lets a name stand for a voice.
_STANDING = {Action.KEEP, Action.RECORD, Action.RENAME, Action.ADOPT, Action.RESTORE}
Pairs = Iterable[tuple[Desired, Origin | None]]


def find_advice(
    rows: list[Change], pairs: Pairs, unmanaged: tuple[Unmanaged, ...], view: View
) -> tuple[Fault, ...]:
    """Warn of what a person should know of, whatever is selected."""
    standing = {row.voice for row in rows if row.action in _STANDING}
    return (
        *_find_outlived(pairs, standing, view),
        *_find_superseded(rows, view),
        *_find_unseen(unmanaged, view),
        *_find_in_review(rows, view),
        *_find_left_families(unmanaged, view),
        *_find_clock_faults(view.facts),
        *find_unmatched(view.facts.settings.ignore, view.facts.live),
    )


def _find_in_review(rows: list[Change], view: View) -> Iterator[Fault]:
    """Say which voices are there, and cannot speak yet."""
    for row in rows:
        live = view.live(row.voice) if row.action in _STANDING else None
        if live is not None and live.status is Status.IN_REVIEW:
            place = row.desired.place if row.desired else NOWHERE
            message = f"{row.name} is still in review, and cannot speak yet"
            yield Fault(place, message, "look again in a minute")


def _find_left_families(unmanaged: tuple[Unmanaged, ...], view: View) -> Iterator[Fault]:
    """Say of which families voices are left that no later run would list."""
    facts = view.facts
    voices = [entry.voice_id for entry in facts.lock.voices.values()] + list(facts.lock.deposed)
    kept = {family.key for one in voices if (family := family_of_voice(one))}
    kept |= {one.family.key for one in facts.desired} | set(facts.settings.families)
    left = {live.family.key for one in unmanaged if (live := view.live(one.voice))}
    for key in sorted(left - kept) if kept else ():
        message = f"nothing of the family {key} is declared or locked, and the account has voices"
        yield Fault(NOWHERE, message, f"write `families: [{key}]` to have them listed from now on")


def _find_outlived(pairs: Pairs, taken: Set[str], view: View) -> tuple[Fault, ...]:
    """Warn of lines in manifests that have outlived their use, or are taken out too early."""
    claimed = {name for one in view.facts.desired for name in (one.name, *one.aliases)}
    warnings = []
    for desired, origin in pairs:
        if desired.adopt not in taken and is_stale_adoption(desired, origin, view):
            has_been = "is gone" if view.live(desired.adopt or "") is None else "it has no more"
            message = f"adopt names {desired.adopt}, which {has_been}"
            warnings.append(Fault(desired.place, message, "take the line out"))
        live = view.live(origin.entry.voice_id) if origin else None
        born = live.preferred_name if live else None
        is_pinned = origin is not None and desired.adopt == origin.entry.voice_id
        if live and born and born not in {desired.name, *desired.sent_names} and not is_pinned:
            message = f"{desired.name} stands for a voice that was made as {born}"
            line = f"adopt: {live.voice_id}" if born in claimed else f"aliases: [{born}]"
            hint = f"add `{line}`: by it the voice is found if the lockfile is lost"
            warnings.append(Fault(desired.place, message, hint))
    return tuple(sorted(warnings))


def _find_unseen(unmanaged: tuple[Unmanaged, ...], view: View) -> Iterator[Fault]:
    """Say why nothing unmanaged is deleted, although that was asked for."""
    if view.facts.settings.orphans is Orphans.DELETE and unmanaged:
        for name in view.facts.claims.missing:
            message = "there is no such lockfile, so no voice that nobody declares is deleted"
            hint = "it may belong there: apply that environment first, or configure it no more"
            yield Fault(Place(name, 1, 1), message, hint)
        for one in view.facts.neighbours:
            if one.desired is None:
                message = f"the manifests of {one.name} cannot be read, so no voice that nobody "
                hint = f"mend the manifests of {one.name} first: they may declare it"
                yield Fault(NOWHERE, f"{message}declares is deleted", hint)


def _find_superseded(rows: list[Change], view: View) -> Iterator[Fault]:
    """Warn of an alias whose voice goes, because its name has another one already."""
    aliases = {alias: one for one in view.facts.desired for alias in one.aliases}
    for row in rows:
        if row.reason is Reason.SUPERSEDED:
            desired = aliases[row.name]
            message = f"the alias {row.name} names a voice that goes: {desired.name} has another"
            hint = f"if {row.name} is the one to keep, declare just what it was made from"
            yield Fault(desired.place, message, hint)


def _find_clock_faults(facts: Facts) -> Iterator[Fault]:
    """Warn of a clock that is not the service's, and of a service that tells no time."""
    if facts.ahead is None:
        message = "the service tells no time, so ages are in doubt by a day"
        yield Fault(NOWHERE, message, "see what stands between: a proxy may take `Date` away")
    elif abs(facts.ahead) > MOST_SKEW:
        seconds = round(facts.ahead.total_seconds())
        message = f"this machine's clock is {abs(seconds):,} s {_say_side(seconds)} the service's"
        yield Fault(NOWHERE, message, "set it: ages are measured by the service's all the same")


def _say_side(seconds: int) -> str:
    return "ahead of" if seconds > 0 else "behind"
