"""Find declarations that contradict each other, within a file and between files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from voiceops.core.desired import Desired
from voiceops.errors import Fault, Place
from voiceops.files.phrases import name_key
from voiceops.files.yaml.entries import Said


@dataclass(frozen=True, slots=True)
class Declared:
    """A voice that a manifest declares, sound or not; `desired` is None if it is not.

    `former_spec` is the digest that an older lockfile has of its spec, empty if it has none but
    that of today.
    """

    name: str
    place: Place
    aliases: tuple[Said, ...]
    adopt: Said | None
    desired: Desired | None
    former_spec: str = ""


def find_conflicts(declared: Sequence[Declared]) -> list[Fault]:
    """List names, aliases and adopted voices that more than one declaration claims."""
    names = [Said(voice.name, voice.place) for voice in declared]
    aliases = [alias for voice in declared for alias in voice.aliases]
    adopted = [voice.adopt for voice in declared if voice.adopt]
    return [
        *_find_twice(_once_a_file(names), "is declared", "keep one, or rename one"),
        *_find_own_aliases(declared),
        *_find_twice(aliases, "is claimed as an alias", "keep it with one voice"),
        *_find_twice(adopted, "is adopted", "a voice can stand for one name only"),
        *_find_sent_twice(declared),
    ]


def _find_sent_twice(declared: Iterable[Declared]) -> Iterator[Fault]:
    """Report names of a family that would be sent as one: what is made could not be told apart."""
    first: dict[tuple[str, str], Declared] = {}
    for voice in declared:
        if voice.desired is None:
            continue
        key = (voice.desired.family.key, voice.desired.sent)
        other = first.setdefault(key, voice)
        if other.name != voice.name:
            message = f"{name_key(voice.name)} is sent as {voice.desired.sent}, as {other.name} is"
            hint = "give one of them another `sent_as`"
            yield Fault(voice.place, f"{message}, see {other.place}", hint)


def _once_a_file(names: Iterable[Said]) -> Iterator[Said]:
    """Leave out what is a duplicate key: it is reported as one."""
    seen: set[tuple[str, str]] = set()
    for name in names:
        key = (name.place.path, name.text)
        if key not in seen:
            yield name
        seen.add(key)


def _find_twice(said: Iterable[Said], claim: str, hint: str) -> Iterator[Fault]:
    """Report a text that is there more than once, at each of its places, and name another."""
    places: dict[str, list[Place]] = {}
    for one in said:
        places.setdefault(one.text, []).append(one.place)
    for text, claims in places.items():
        first, *others = sorted(claims)
        for place in others:
            yield Fault(place, f"{name_key(text)} {claim} twice, first at {first}", hint)
        if others:
            yield Fault(first, f"{name_key(text)} {claim} twice, again at {others[0]}", hint)


def _find_own_aliases(declared: Sequence[Declared]) -> Iterator[Fault]:
    for voice in declared:
        for alias in voice.aliases:
            shown = name_key(alias.text)
            if alias.text == voice.name:
                message = f"the alias {shown} is the voice's own name"
                yield Fault(alias.place, message, "take the alias out")
