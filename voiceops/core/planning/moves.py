"""Which locked voice each declared name starts from: moves are judged together, as a set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from voiceops.core.desired import Desired
from voiceops.core.lock import LockEntry
from voiceops.core.plan import Reason
from voiceops.core.planning.facts_index import View
from voiceops.core.planning.neighbours import find_offers
from voiceops.core.planning.recovery import is_pending
from voiceops.core.voice import LiveVoice


@dataclass(frozen=True, slots=True)
class Origin:
    """The lock entry that a declared voice starts from, and the name it stands under."""

    name: str
    entry: LockEntry


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a name that would be paid for may rather take a voice that is there.

    `voices` are those that nobody has, if it is one of them.
    """

    reason: Reason
    message: str
    hint: str
    voices: tuple[LiveVoice, ...] = ()


class Moves:
    """Who starts from which locked voice; each belongs to one declared name at the most.

    A name may take the voice of a name that is still declared, if that one takes another or gets
    a new one: rotations, swaps and longer cycles are free. First come names that keep their own
    voice, then those that name a voice by `adopt`, then those whose alias has just what is
    declared, then those that were edited, then renames with an edit.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._locked = view.facts.lock.voices
        self._desired = sorted(view.facts.desired, key=lambda desired: desired.name)
        self._origins: dict[str, Origin] = {}
        self._takers: dict[str, Desired] = {}
        pending = {intent.name for intent in view.facts.intents if is_pending(intent, view)}
        settled = [
            desired
            for desired in self._desired
            if pending.isdisjoint({desired.name, *desired.aliases})
        ]
        self._match(self._find_kept, self._desired)
        self._match(self._find_adopted, settled)
        self._match(self._find_equal_alias, settled)
        self._match(self._find_own, self._desired)
        self._match(self._find_any_alias, self._desired)
        self._offers = dict(self._offer())

    def origin_of(self, desired: Desired) -> Origin | None:
        """Give the locked voice that a declared name starts from; None if it has none."""
        return self._origins.get(desired.name)

    def is_taken(self, name: str) -> bool:
        """Tell whether a declared name starts from the voice that is locked under this one."""
        return name in self._takers

    def left_behind(self, desired: Desired) -> LockEntry | None:
        """Give the voice that a name leaves for that of another name, if nobody else takes it."""
        origin = self._origins.get(desired.name)
        if origin is None or origin.name == desired.name or self.is_taken(desired.name):
            return None
        return self._locked.get(desired.name)

    def find_doubt(self, desired: Desired) -> Doubt | None:
        """Doubt to pay for a name: a voice is given up for it, or an alias was to bring one."""
        live = self._view.live
        offers = find_offers(self._view.facts.neighbours, desired)
        for environment, voice_id in offers:
            if live(voice_id) is not None:
                return Doubt(
                    Reason.MOVED_HERE,
                    f"the environment {environment} gives up a voice that is just what is declared "
                    "here",
                    f"add `adopt: {voice_id}`: it moves here, free of charge",
                )
        same = self._view.find_same(desired)
        if same:
            return Doubt(
                Reason.MOVED_HERE,
                f"{same[-1].voice_id} is just what is declared here, and no lockfile has it",
                f"add `adopt: {same[-1].voice_id}`: it is free of charge; or pay for another one "
                f"with --replace {desired.name}",
                same,
            )
        offered = self._offers.get(desired.name)
        if offered is not None:
            return Doubt(
                Reason.MOVED_HERE,
                f"a voice of {offered} is just what is declared here, and would go",
                f"add `aliases: [{offered}]`: the voice moves here, free of charge",
            )
        kept = next(filter(self._keeps_its_own, desired.aliases), None)
        if kept is not None and desired.name not in self._origins:
            return Doubt(
                Reason.RENAMED,
                f"the alias {kept} is declared, and keeps its own voice",
                "take the alias out: as it is, a new voice would be paid for",
            )
        return None

    def _match(self, find: Callable[[Desired], Iterator[str]], among: Iterable[Desired]) -> None:
        for desired in among:
            if desired.name in self._origins:
                continue
            free = (n for n in find(desired) if n in self._locked and n not in self._takers)
            name = next(free, None)
            if name is not None:
                self._origins[desired.name] = Origin(name, self._locked[name])
                self._takers[name] = desired

    def _find_kept(self, desired: Desired) -> Iterator[str]:
        entry = self._locked.get(desired.name)
        if entry is None or next(self._find_adopted(desired), None):
            return
        if self._stays(entry, desired):
            yield desired.name

    def _find_adopted(self, desired: Desired) -> Iterator[str]:
        if desired.adopt is None:
            return
        for name in self._view.facts.lock.names_of(desired.adopt):
            if name != desired.name and self._is_equal(self._locked[name], desired):
                yield name

    def _find_equal_alias(self, desired: Desired) -> Iterator[str]:
        asked = self._view.live(desired.adopt or "")
        if asked is not None and asked.spec == desired.seen:
            return  # it takes that one, and leaves what it has
        yield from (
            name
            for name in desired.aliases
            if name in self._locked and self._is_equal(self._locked[name], desired)
        )

    def _find_own(self, desired: Desired) -> Iterator[str]:
        yield desired.name

    def _find_any_alias(self, desired: Desired) -> Iterator[str]:
        yield from desired.aliases

    def _is_equal(self, entry: LockEntry, desired: Desired) -> bool:
        is_live = self._view.live(entry.voice_id) is not None
        return is_live and entry.spec == desired.spec.digest

    def _stays(self, entry: LockEntry, taker: Desired) -> bool:
        return taker.pin or self._view.is_as_declared(entry, taker)

    def _keeps_its_own(self, name: str) -> bool:
        taker = self._takers.get(name)
        if taker is None or taker.name != name:
            return False
        return self._stays(self._locked[name], taker)

    def _offer(self) -> Iterator[tuple[str, str]]:
        """Offer each voice that its name gives up to one name that declares just the same."""
        given_up: dict[str, list[str]] = {}
        for name, spec in self._list_given_up():
            given_up.setdefault(spec, []).append(name)
        for desired in self._desired:
            origin = self._origins.get(desired.name)
            if origin is not None and self._stays(origin.entry, desired):
                continue
            given = (given_up.get(spec.digest) for spec in (desired.spec, desired.seen))
            names = next(filter(None, given), [])
            offered = next((name for name in names if name != desired.name), None)
            if offered is not None:
                names.remove(offered)
                yield desired.name, offered

    def _list_given_up(self) -> Iterator[tuple[str, str]]:
        """List the names whose voice is still there and goes, with the spec of that voice."""
        for name, entry in sorted(self._locked.items()):
            taker = self._takers.get(name)
            stays = taker is not None and self._stays(entry, taker)
            is_ours = not self._view.is_shared(entry.voice_id)
            if not stays and is_ours and self._view.live(entry.voice_id) is not None:
                yield name, entry.spec
        for voice_id, deposed in sorted(self._view.facts.lock.deposed.items()):
            live = self._view.live(voice_id)
            if live is not None and live.spec is not None and self._view.is_restorable(voice_id):
                yield deposed.name, live.spec.digest
