"""What a manifest may say, and probably does not mean: warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from voiceops.core.facts import Overlooked
from voiceops.core.families.limits import KNOWN_TARGET_MODELS
from voiceops.core.spec import normalise
from voiceops.core.texts.lookalikes import find_odd, name_character
from voiceops.errors import Fault, Place
from voiceops.files.manifests.contradictions import Declared
from voiceops.files.phrases import name_key, quote, suggest
from voiceops.files.yaml.entries import find_entry, list_texts
from voiceops.files.yaml.tree import Entry, ScalarNode

_TEXTS = ("voice_prompt", "preview_text")
_ALREADY = "in a voice that is made already, leave it: an edit makes a new one"


def find_doubts(*entries: Entry | None) -> Iterator[Fault]:
    """Warn of what stands in voices, or in `defaults`, each at its place."""
    for entry in filter(None, entries):
        yield from _find_unknown_models(entry)
        for key in _TEXTS:
            text = find_entry(entry, key)
            if text is not None:
                yield from _find_odd_characters(text)
                yield from _find_blanks_in_fold(text)


def find_lookalikes(declared: Sequence[Declared]) -> Iterator[Fault]:
    """Warn of names that differ in case alone: people, and some file systems, take them for one."""
    first: dict[str, Declared] = {}
    for voice in declared:
        other = first.setdefault(voice.name.casefold(), voice)
        if other.name != voice.name:
            message = f"{name_key(voice.name)} and {name_key(other.name)} differ in case alone"
            hint = f"rename one; with `aliases: [{voice.name}]` that is free"
            yield Fault(voice.place, f"{message}, see {other.place}", hint)


def warn_of(overlooked: Overlooked) -> Fault:
    """Warn of a file that looks like a manifest and is not read."""
    suffix = PurePosixPath(overlooked.path).suffix
    why = f"its name ends in {suffix}" if suffix != ".yaml" else "case counts in `manifests`"
    hint = "rename it to .yaml" if suffix != ".yaml" else "rename it"
    return Fault(
        Place(overlooked.path, 1, 1),
        f"this file is not read, because {why}",
        f"{hint}, or add a glob to `manifests` in voiceops.yaml",
    )


def _find_unknown_models(entry: Entry) -> Iterator[Fault]:
    for said in list_texts(find_entry(entry, "target_model")):
        if normalise(said.text) not in KNOWN_TARGET_MODELS:
            message = f"target_model {quote(said.text)} is not one that voiceops knows"
            yield Fault(said.place, message, suggest(said.text, KNOWN_TARGET_MODELS))


def _find_odd_characters(text: Entry) -> Iterator[Fault]:
    for said in list_texts(text):
        odd = find_odd(normalise(said.text))
        if odd:
            shown = _join(name_character(character) for character in odd[:3])
            hint = f"write a plain space, or nothing, if that is what you mean; {_ALREADY}"
            yield Fault(said.place, f"{text.key} holds {shown}", hint)


def _find_blanks_in_fold(text: Entry) -> Iterator[Fault]:
    if isinstance(text.value, ScalarNode) and text.value.is_ragged:
        message = f"{text.key} has blanks before a line end, and `>` makes them part of the text"
        hint = f"take them off before an editor or a hook does; {_ALREADY}"
        yield Fault(text.value.place, message, hint)


def _join(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
