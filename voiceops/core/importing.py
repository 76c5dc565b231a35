"""Choose which voices of the account are imported, and under which names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count

from voiceops.core.desired import Desired
from voiceops.core.facts import Facts
from voiceops.core.forms import MAX_NAME_CHARACTERS
from voiceops.core.plan import Plan, Reason
from voiceops.core.planning.facts_index import View
from voiceops.core.planning.planner import make_plan
from voiceops.core.spec import Spec
from voiceops.core.texts.script import IDEOGRAPH_WEIGHT, count_letters
from voiceops.core.voice import LiveVoice
from voiceops.errors import Place

_NOWHERE = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Import:
    """A voice that gets a name.

    `is_pinned` says that its declaration must name the voice by `adopt`: without a lockfile, name
    and spec would not lead to this voice, or not to it alone. `sent_as` is what was sent as its
    name, where its family would not take the one that it gets.
    """

    name: str
    voice_id: str
    spec: Spec
    is_pinned: bool
    sent_as: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A voice that cannot be imported; `why` ends the sentence that the voice begins."""

    voice_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What is imported and what is not, each sorted by voice name; both may be empty."""

    imports: tuple[Import, ...]
    refusals: tuple[Refusal, ...]


def find_spec(voice: LiveVoice) -> Spec | None:
    """Give a voice's spec as a manifest declares it; None if the service does not tell it.

    A language that its family never tells is guessed from the preview text, which must be in it.
    """
    if voice.spec is None or voice.spec.language:
        return voice.spec
    letters = count_letters(voice.spec.preview_text)
    language = "zh" if letters["Han"] * IDEOGRAPH_WEIGHT > letters["Latin"] else "en"
    return replace(voice.spec, language=language)


def choose_imports(
    facts: Facts,
    wanted: Iterable[str] | None,
    *,
    taken: Iterable[str],
    undeclarable: Mapping[str, str],
) -> Choice:
    """Choose among the voices `wanted`, or, if that is None, all that nobody here has.

    `taken` are names that stand for something beyond these facts; `undeclarable` tells by voice
    name what a manifest could not say. A name is the preferred one, with _2 and so on if need be;
    the oldest voice is named first.
    """
    view, plan = View(facts), make_plan(facts)
    if wanted is None:
        wanted = [unmanaged.voice for unmanaged in plan.unmanaged]
    names = {*taken, *facts.lock.voices}
    names |= {name for desired in facts.desired for name in (desired.name, *desired.aliases)}
    imports: list[Import] = []
    refusals: list[Refusal] = []
    for voice_id in sorted(set(wanted)):
        why = _find_obstacle(voice_id, view, plan) or undeclarable.get(voice_id, "")
        live = view.live(voice_id)
        spec = find_spec(live) if live else None
        if why or live is None or spec is None:
            refusals.append(Refusal(voice_id, why))
        else:
            imports.append(_name(live, spec, names, view))
            names.add(imports[-1].name)
    return Choice(tuple(imports), tuple(refusals))


def _find_obstacle(voice_id: str, view: View, plan: Plan) -> str:
    """Tell why a voice cannot be imported; empty if it can."""
    lock = view.facts.lock
    live = view.live(voice_id)
    if live is None:
        return "is not listed by the service"
    if names := lock.names_of(voice_id):
        return f"is managed already, as {names[0]}"
    if voice_id in lock.deposed:
        return "was replaced, and waits to be deleted"
    if view.facts.claims.cover(live):
        return "belongs to another environment of this repository"
    if live.preferred_name is None:
        return "does not have the name of a designed voice"
    return _find_taker(live, view, plan)


def _find_taker(live: LiveVoice, view: View, plan: Plan) -> str:
    """Tell which change of the plan may need an unclaimed voice, or that it cannot be read."""
    if not view.is_unclaimed(live.voice_id):
        return "is being deleted"
    for change in plan.changes:
        candidates = (candidate.voice for candidate in change.candidates)
        is_taken = live.voice_id in (change.voice, *candidates)
        if is_taken and change.reason is not Reason.UNMANAGED:
            return f"may be what {change.name} stands for; see `voiceops plan`"
    return "" if live.spec else "cannot be read: the service tells no prompt or no preview text"


def _name(live: LiveVoice, spec: Spec, names: set[str], view: View) -> Import:
    preferred = live.preferred_name or ""
    suffixes = chain([""], (f"_{number}" for number in count(2)))
    tries = (preferred[: MAX_NAME_CHARACTERS - len(suffix)] + suffix for suffix in suffixes)
    name = next(name for name in tries if name not in names)
    is_taken = live.family.name_pattern.fullmatch(name)
    sent_as = "" if is_taken else preferred
    desired = Desired(name, spec, _NOWHERE, sent_as=sent_as)
    is_found = view.restorable(desired) is None and view.twins(desired) == [live]
    return Import(name, live.voice_id, spec, is_pinned=not is_found, sent_as=sent_as)
