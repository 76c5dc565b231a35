"""The facts, indexed for the questions that decisions ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from voiceops.core.desired import Desired
from voiceops.core.facts import DOUBT, Claims, Facts
from voiceops.core.families.known import parse_voice_name
from voiceops.core.forms import ACCOUNT_ZONE, read_created_at
from voiceops.core.lock import Lock, LockEntry
from voiceops.core.settings import matches
from voiceops.core.voice import LiveVoice, by_age, read_created


def find_unclaimed(
    live: Iterable[LiveVoice], lock: Lock, claims: Claims, *, leaving: frozenset[str]
) -> list[LiveVoice]:
    """List the voices of our family's pattern that no known lockfile names, sorted by voice name.

    `leaving` are voices that we deleted, or may have.
    """
    claimed = {entry.voice_id for entry in lock.voices.values()} | set(lock.deposed)
    taken = claimed | leaving
    found = (v for v in live if v.preferred_name is not None and v.voice_id not in taken)
    return sorted((v for v in found if not claims.cover(v)), key=lambda voice: voice.voice_id)


class View:
    """Answers about the account: what is live, whose it is, what is really gone."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._live = {voice.voice_id: voice for voice in facts.live}
        self._times_named = Counter(entry.voice_id for entry in facts.lock.voices.values())
        self.own_voices = frozenset(self._times_named)
        self._leaving = facts.deleted | facts.deleting
        self._all_unclaimed = find_unclaimed(
            facts.live, facts.lock, facts.claims, leaving=self._leaving
        )
        self._unclaimed_ids = frozenset(voice.voice_id for voice in self._all_unclaimed)
        self._adopters = {desired.adopt: desired for desired in facts.desired if desired.adopt}
        self._unclaimed: dict[str, list[LiveVoice]] = {}
        for voice in self._all_unclaimed:
            self._unclaimed.setdefault(voice.preferred_name or "", []).append(voice)

    @property
    def today(self) -> date:
        """The day in the account's time zone."""
        return self.facts.now.astimezone(ACCOUNT_ZONE).date()

    @property
    def earliest_day(self) -> date:
        """The earliest day that it may be there, whatever clock told of it."""
        return self.facts.earliest.astimezone(ACCOUNT_ZONE).date()

    def names_for(self, name: str) -> set[str]:
        """Give a name and what it was called before, as far as its manifest tells."""
        return {name}.union(*(one.sent_names for one in self.facts.desired if one.name == name))

    def live(self, voice_id: str) -> LiveVoice | None:
        """Give the voice if the service lists it, and we did not just delete it."""
        return None if voice_id in self.facts.deleted else self._live.get(voice_id)

    def is_unclaimed(self, voice_id: str) -> bool:
        """Tell whether a live voice of our family's pattern belongs to nobody we know."""
        return voice_id in self._unclaimed_ids

    def is_spoken_for(self, voice_id: str) -> bool:
        """Tell whether an entry in `voices` of any known lockfile names it: never delete it."""
        return voice_id in self.own_voices or voice_id in self.facts.claims.voices

    def is_shared(self, voice_id: str) -> bool:
        """Tell whether more than one `voices` entry of the known lockfiles names it."""
        return self._times_named[voice_id] > 1 or voice_id in self.facts.claims.voices

    def say_who_keeps(self, voice_id: str, *, called: str = "it") -> str:
        """Say that a live voice stays in the account, and why; empty for one that does not."""
        if self.live(voice_id) is None or not self.is_shared(voice_id):
            return ""
        is_claimed = voice_id in self.facts.claims.voices
        who = "another lockfile of the repository" if is_claimed else "another name"
        return f"{called} stays in the account: {who} has it, too"

    def is_gone(self, voice_id: str) -> bool:
        """Tell whether a voice exists no more, for certain.

        Certain means: we deleted it; or the complete listing lacks it, `query` does not know it
        either, and it is too old to be missing from a listing that lags.
        """
        if voice_id in self.facts.deleted:
            return True
        if voice_id in self._live or voice_id not in self.facts.queried:
            return False
        return self.facts.queried[voice_id] is None and not self.is_young(voice_id)

    def is_late(self, voice_id: str) -> bool:
        """Tell whether a listing only lags behind a voice that was just made and is there."""
        return self.facts.queried.get(voice_id) is not None and self.is_young(voice_id)

    def is_hidden(self, voice_id: str) -> bool:
        """Tell whether the service knows a voice, and lists it not, although it is old enough."""
        return self.facts.queried.get(voice_id) is not None and not self.is_young(voice_id)

    def unclaimed(self, names: Iterable[str]) -> list[LiveVoice]:
        """List the unclaimed live voices that were asked for under these names."""
        return [voice for name in names for voice in self._unclaimed.get(name, ())]

    def all_unclaimed(self) -> list[LiveVoice]:
        """List every unclaimed live voice of our family's name pattern, sorted by voice name."""
        return self._all_unclaimed

    def twins(self, desired: Desired) -> list[LiveVoice]:
        """List the twins of a desired voice: those of its own name, or else those of an alias."""
        for names in (desired.sent_names[:1], desired.sent_names[1:]):
            found = [
                voice
                for voice in self.unclaimed(names)
                if voice.spec == desired.seen and not self._is_promised(voice, desired)
                if not self._is_needed_by(voice.preferred_name, desired)
            ]
            if found:
                return found
        return []

    def find_same(self, desired: Desired) -> tuple[LiveVoice, ...]:
        """List the unclaimed voices, whatever they were called, that are just what is desired."""
        ignored = self.facts.settings.ignore
        return tuple(
            voice
            for voice in self._all_unclaimed
            if voice.spec == desired.seen and not self._is_promised(voice, desired)
            if not self._is_twin_of_another(voice, desired)
            if not matches(ignored, voice.voice_id, voice.preferred_name or "")
        )

    def restorable(self, desired: Desired) -> LiveVoice | None:
        """Find a live deposed voice of ours that is what is desired; the newest, if several."""
        names = {desired.name, *desired.aliases}
        found = [
            voice
            for voice_id, deposed in sorted(self.facts.lock.deposed.items())
            if deposed.name in names and (voice := self.live(voice_id)) is not None
            if voice.spec == desired.seen and self.is_restorable(voice_id)
            if not self._is_promised(voice, desired)
            if not self._is_needed_by(deposed.name, desired)
        ]
        return max(found, key=by_age, default=None)

    def is_restorable(self, voice_id: str) -> bool:
        """Tell whether a voice is one of our own deposed that nobody else has."""
        is_ours = voice_id in self.facts.lock.deposed and not self.is_spoken_for(voice_id)
        return is_ours and voice_id not in self._leaving

    def unrecorded(self, desired: Desired) -> str | None:
        """Find a voice that we just made for a name, and that no listing or lockfile shows."""
        names = {*desired.sent_names}
        known = self.facts.lock.deposed.keys() | self._leaving
        return next(
            (
                voice_id
                for voice_id in sorted(self.facts.made.keys() - known)
                if not self.is_spoken_for(voice_id)
                if (name := parse_voice_name(voice_id)) and name.preferred_name in names
                if voice_id not in self._live and self.is_young(voice_id)
            ),
            None,
        )

    def _is_twin_of_another(self, voice: LiveVoice, desired: Desired) -> bool:
        return any(
            voice.preferred_name in other.sent_names and other.seen == voice.spec
            for other in self.facts.desired
            if other.name != desired.name
        )

    def _is_promised(self, voice: LiveVoice, desired: Desired) -> bool:
        """Tell whether another declaration asks for this very voice, by its `adopt`."""
        adopter = self._adopters.get(voice.voice_id, desired)
        return adopter.name != desired.name and adopter.seen == voice.spec

    def _is_needed_by(self, name: str | None, desired: Desired) -> bool:
        """Tell whether a name itself asks for the same, and has none: it comes before an alias."""
        return any(
            name in {other.name, other.sent} and not self._has_its_own(other)
            for other in self.facts.desired
            if other.name != desired.name and other.spec == desired.spec
        )

    def _has_its_own(self, desired: Desired) -> bool:
        entry = self.facts.lock.voices.get(desired.name)
        is_live = entry is not None and self.live(entry.voice_id) is not None
        return entry is not None and is_live and self.is_as_declared(entry, desired)

    def is_as_declared(self, entry: LockEntry, desired: Desired) -> bool:
        """Tell whether what is locked is what is declared: as it was sent, or as it is echoed.

        The echo counts where the declaration names this very voice by its `adopt`.
        """
        if entry.spec == desired.spec.digest:
            return True
        live = self.live(entry.voice_id)
        is_named = desired.adopt == entry.voice_id
        return is_named and live is not None and live.spec == desired.seen

    def is_young(self, voice_id: str) -> bool:
        """Tell whether a voice was made so lately that listings and lockfiles may lag.

        The service tells when it was made, so that a machine's clock can not make it much younger.
        """
        noted, told = self.facts.made.get(voice_id), self._find_made(voice_id)
        if noted and told:
            noted = min(noted, told + DOUBT)
        made = noted or told
        return made is not None and not self.has_settled(made)

    def _find_made(self, voice_id: str) -> datetime | None:
        """Tell when a voice was made, by its name, else by what the lockfile or listing has."""
        name, live = parse_voice_name(voice_id), self._live.get(voice_id)
        if name and name.created_at:
            return name.created_at
        entries = self.facts.lock.voices.values()
        locked = next((e.created for e in entries if e.voice_id == voice_id), None)
        return read_created_at(locked or (live.created if live else ""))

    def is_old(self, voice_id: str) -> bool:
        """Tell whether a live voice is older than `settle_s` for certain, whatever zone its stamps
        are in; one of unknown age is not.
        """
        live, name = self._live[voice_id], parse_voice_name(voice_id)
        stamps = [read_created(voice_id, live.created), name.created_at if name else None]
        known = [stamp for stamp in stamps if stamp is not None]
        made = self.facts.made.get(voice_id) or (max(known) + DOUBT if known else None)
        return made is not None and self.has_settled(made)

    def has_settled(self, latest: datetime) -> bool:
        """Tell whether the listing began `settle_s` after something, given its latest time.

        Of 0 seconds it did whatever the clocks say, which tell whole seconds.
        """
        settle_s = self.facts.settings.settle_s
        return not settle_s or self.facts.earliest - latest >= timedelta(seconds=settle_s)
