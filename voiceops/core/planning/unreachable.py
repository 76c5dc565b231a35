"""Families that do not answer: their voices are set aside, and nothing is decided about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from voiceops.core.facts import Facts
from voiceops.core.families.known import family_of, family_of_voice, find_family
from voiceops.core.plan import Unreachable
from voiceops.errors import NOWHERE, Fault


def is_unreachable(voice_id: str, facts: Facts) -> bool:
    """Tell whether nobody can see whether a voice is there, since its family does not answer."""
    family = family_of_voice(voice_id)
    return family is not None and family.key in facts.unreachable


def set_aside(facts: Facts) -> tuple[Facts, tuple[Unreachable, ...]]:
    """Take out of the facts what belongs to families that do not answer, sorted by name.

    A name that moves to a family which answers stays, also one that is renamed in doing so: it gets
    a voice there. What is set aside still belongs to somebody: nothing takes or deletes it.
    """
    if not facts.unreachable:
        return facts, ()
    families = {one.name: one.family.key for one in facts.desired}
    moving = {
        name
        for one in facts.desired
        if one.family.key not in facts.unreachable
        for name in (one.name, *one.aliases)
    }
    gone = {name for name, key in families.items() if key in facts.unreachable}
    locked = {
        name: entry.voice_id
        for name, entry in facts.lock.voices.items()
        if is_unreachable(entry.voice_id, facts) and name not in moving
    }
    aside = gone | locked.keys()
    kept = {name: entry for name, entry in facts.lock.voices.items() if name not in aside}
    deposed = {
        voice_id: one
        for voice_id, one in facts.lock.deposed.items()
        if not is_unreachable(voice_id, facts)
    }
    voices = {name: facts.lock.voice_of(name) for name in aside}
    still_ours = {*voices.values(), *facts.lock.deposed.keys() - deposed.keys()} - {""}
    seen = replace(
        facts,
        claims=replace(facts.claims, voices=facts.claims.voices | still_ours),
        desired=tuple(one for one in facts.desired if one.name not in aside),
        lock=replace(facts.lock, voices=kept, deposed=deposed),
        intents=tuple(one for one in facts.intents if not _is_of_gone(one.target_model, facts)),
    )
    rows = [
        Unreachable(name, voice, families.get(name) or _key_of(voice))
        for name, voice in voices.items()
    ]
    waiting = facts.lock.deposed.keys() - deposed.keys()
    rows += [
        Unreachable(facts.lock.deposed[voice].name, voice, _key_of(voice)) for voice in waiting
    ]
    rows += [
        Unreachable(intent.name, intent.made, _key_of_model(intent.target_model), is_open=True)
        for intent in facts.intents
        if _is_of_gone(intent.target_model, facts)
    ]
    return seen, tuple(sorted(rows, key=lambda row: (row.name, row.voice)))


def find_unreachable_warnings(facts: Facts) -> Iterator[Fault]:
    """Say which family does not answer, what the vendor announced of it, and the way out."""
    for key, answer in sorted(facts.unreachable.items()):
        family = find_family(key)
        ends = f"; {family.ends}" if family and family.ends else ""
        yield Fault(
            NOWHERE,
            f"the family {key} does not answer, and nothing is decided about its voices: "
            f"{answer}{ends}",
            "move them: set a target_model of another family, or wait if this is to pass",
        )


def _is_of_gone(target_model: str, facts: Facts) -> bool:
    family = family_of(target_model)
    return family is not None and family.key in facts.unreachable


def _key_of_model(target_model: str) -> str:
    family = family_of(target_model)
    return family.key if family else ""


def _key_of(voice_id: str) -> str:
    family = family_of_voice(voice_id)
    return family.key if family else ""
