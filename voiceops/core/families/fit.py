"""Whether a voice fits its family: what it does not take is told before anything is paid for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from voiceops.core.desired import Desired
from voiceops.core.families.family import Family
from voiceops.core.families.known import family_of
from voiceops.core.texts.script import Misfit
from voiceops.errors import Fault

# What is part of an endpoint's name or host, by where it is.
_REGIONS = {
    "singapore": ("singapore", "dashscope-intl.", "ap-southeast-1."),
    "beijing": ("beijing", "dashscope.aliyuncs.", "cn-beijing."),
}


def find_misfits(desired: Desired) -> Iterator[tuple[str, Misfit]]:
    """Give what the voice's family does not take, with the field that says it; all of it.

    A message goes on after the field's name. `name` stands for the voice's own name.
    """
    family = desired.family
    yield from _find_name_misfit(desired, family)
    prompt, preview = len(desired.spec.voice_prompt), len(desired.spec.preview_text)
    if prompt > family.max_prompt_characters:
        yield "voice_prompt", _too_long(prompt, family.max_prompt_characters, family)
    if preview > family.max_preview_characters:
        yield "preview_text", _too_long(preview, family.max_preview_characters, family)
    if preview < family.min_preview_characters:
        least = family.min_preview_characters
        message = f"has {preview} characters; {family.api} takes no fewer than {least}"
        yield "preview_text", Misfit(message, "write a longer sentence")
    choices = (
        ("language", desired.spec.language, tuple(family.languages)),
        ("sample_rate", desired.sample_rate_hz, family.sample_rates_hz),
        ("response_format", desired.response_format, family.response_formats),
    )
    for field, value, taken in choices:
        if value not in taken:
            message = f"is {value}, which {family.api} does not take"
            yield field, Misfit(message, f"write one of {', '.join(map(str, taken))}")


def find_misplaced(desired: Iterable[Desired], endpoint: str) -> Iterator[Fault]:
    """Report the voices whose family designs none where this endpoint is, as far as that is known.

    `endpoint` is as the settings say it: a known name, or a host.
    """
    region = _find_region(endpoint)
    for one in desired:
        family = one.family
        if region and region not in family.regions:
            regions = " or ".join(sorted(family.regions))
            yield Fault(
                one.place_of("target_model") or one.place,
                f"{one.name} is for {one.spec.target_model}, and {family.api} designs no voices at "
                f"the endpoint {region}",
                f"declare it in an environment whose endpoint is {regions}",
            )


def find_reachable(target_model: str, endpoint: str) -> frozenset[str]:
    """Give the key of a model's family, if it may design voices at an endpoint; else nothing."""
    family, region = family_of(target_model), _find_region(endpoint)
    is_there = family is not None and (not region or region in family.regions)
    return frozenset({family.key} if family and is_there else ())


def _find_region(endpoint: str) -> str:
    """Name the region of an endpoint; empty if nobody knows."""
    found = (name for name, marks in _REGIONS.items() if any(mark in endpoint for mark in marks))
    return next(found, "")


def _find_name_misfit(desired: Desired, family: Family) -> Iterator[tuple[str, Misfit]]:
    if family.name_pattern.fullmatch(desired.sent):
        return
    field = "sent_as" if desired.sent_as else "name"
    proposed = family.propose_name(desired.sent)
    hint = f"write `sent_as: {proposed}`" if proposed else "write another one in `sent_as:`"
    message = f"cannot be sent as {desired.sent}: {family.api} takes {family.name_rule}"
    yield field, Misfit(message, hint)


def _too_long(length: int, most: int, family: Family) -> Misfit:
    return Misfit(f"has {length:,} characters; {family.api} takes {most}", "shorten it")
