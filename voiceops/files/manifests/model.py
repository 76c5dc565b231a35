"""What a manifest may say, value by value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from voiceops.core.desired import DEFAULT_RESPONSE_FORMAT, DEFAULT_SAMPLE_RATE_HZ
from voiceops.core.families.known import FAMILIES, find_family, parse_voice_name
from voiceops.core.families.limits import (
    DEFAULT_LANGUAGE,
    KNOWN_TARGET_MODELS,
    LANGUAGES,
    MAX_PREVIEW_CHARACTERS,
    MAX_PROMPT_CHARACTERS,
    RESPONSE_FORMATS,
    SAMPLE_RATES_HZ,
)
from voiceops.core.forms import MAX_NAME_CHARACTERS, NAME_PATTERN, is_model
from voiceops.core.spec import normalise
from voiceops.core.texts.placeholders import find_placeholder
from voiceops.core.texts.script import Misfit, find_preview_misfit, find_prompt_misfit
from voiceops.files.phrases import quote, suggest
from voiceops.files.yaml.checks import Checked, refuse

_ENDS_DO_NOT_COUNT = "White space at the ends of the text and of its lines does not count."
_FAMILY_KEYS = tuple(family.key for family in FAMILIES)
# Control characters (C0 without tab and line ends, DEL, C1) and lone surrogates.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_OTHER_WORDS_FOR_LANGUAGES = {
    "chinese": "zh",
    "mandarin": "zh",
    "cn": "zh",
    "english": "en",
    "german": "de",
    "deutsch": "de",
    "italian": "it",
    "portuguese": "pt",
    "spanish": "es",
    "japanese": "ja",
    "jp": "ja",
    "korean": "ko",
    "kr": "ko",
    "french": "fr",
    "russian": "ru",
}


def find_name_misfit(name: str) -> Misfit | None:
    """Tell why a text cannot be a voice's name: what goes on after it, and a hint."""
    if NAME_PATTERN.fullmatch(name):
        return None
    hint = f"use 1 to {MAX_NAME_CHARACTERS} of A-Z a-z 0-9 _"
    proposed = _propose_name(name)
    if proposed:
        hint = f"write {proposed}: {hint}"
    if not name:
        return Misfit("is empty", hint)
    foreign = re.search(r"[^A-Za-z0-9_]", name)
    if foreign:
        return Misfit(f"holds {quote(foreign[0])}, which no name may hold", hint)
    return Misfit(f"has {len(name):,} characters; the service takes {MAX_NAME_CHARACTERS}", hint)


def _propose_name(name: str) -> str:
    """Give the name that would do, if only its separators will not; else nothing."""
    plain = unicodedata.normalize("NFKD", name.strip())
    unaccented = "".join(c for c in plain if not unicodedata.combining(c))
    proposed = re.sub(r"[-\s./:]+", "_", unaccented)
    return proposed if NAME_PATTERN.fullmatch(proposed) else ""


def _clean(value: object) -> object:
    """Refuse control characters, also those that normalising would strip; then normalise."""
    if not isinstance(value, str):
        return value
    control = _CONTROL.search(value)
    if control:
        raise refuse(f"holds the control character U+{ord(control[0]):04X}", "take it out")
    return normalise(value)


def _check_language(value: str) -> str:
    if value in LANGUAGES:
        return value
    words = {code: code for code in LANGUAGES} | _OTHER_WORDS_FOR_LANGUAGES
    asked = re.split(r"[-_]", value[:40].lower())[0]
    close = get_close_matches(asked, words, n=1)
    meant = f"did you mean {words[close[0]]}? " if close else ""
    hint = f"{meant}the service speaks {', '.join(LANGUAGES)}"
    raise refuse(f"is {quote(value)}, which the service does not speak", hint)


def _check_target_model(value: str) -> str:
    if not is_model(value):
        hint = f"use A-Z a-z 0-9 . _ -, as in {KNOWN_TARGET_MODELS[-1]}"
        raise refuse(f"is {quote(value)}, which no model is called", hint)
    return value


def _check_sample_rate(value: int) -> int:
    if value not in SAMPLE_RATES_HZ:
        rates = ", ".join(str(rate) for rate in SAMPLE_RATES_HZ)
        raise refuse(f"is {value}, which the service does not offer", f"write one of {rates}")
    return value


def _check_response_format(value: str) -> str:
    if value not in RESPONSE_FORMATS:
        hint = suggest(value.lower(), RESPONSE_FORMATS)
        raise refuse(f"is {quote(value)}, which the service does not offer", hint)
    return value


def _check_alias(value: str) -> str:
    misfit = find_name_misfit(value)
    if misfit:
        raise refuse(misfit.message, misfit.hint)
    return value


def _check_family(value: str) -> str:
    if find_family(value) is None:
        raise refuse(f"is {quote(value)}, which is no family", suggest(value, _FAMILY_KEYS))
    return value


def _check_adopt(value: str) -> str:
    if parse_voice_name(value) is None:
        hint = f"write the name that the service generated, like {FAMILIES[0].voice_shape}"
        raise refuse(f"is {quote(value)}, which is not the name of a designed voice", hint)
    return value


_Language = Annotated[
    str,
    AfterValidator(_check_language),
    WithJsonSchema({"type": "string", "enum": list(LANGUAGES)}),
]
_SampleRate = Annotated[
    int,
    AfterValidator(_check_sample_rate),
    WithJsonSchema({"type": "integer", "enum": list(SAMPLE_RATES_HZ)}),
]
_ResponseFormat = Annotated[
    str,
    AfterValidator(_check_response_format),
    WithJsonSchema({"type": "string", "enum": list(RESPONSE_FORMATS)}),
]
_TargetModel = Annotated[
    str,
    Field(min_length=1, max_length=128, examples=list(KNOWN_TARGET_MODELS)),
    BeforeValidator(_clean),
    AfterValidator(_check_target_model),
]
_Prompt = Annotated[
    str, Field(min_length=1, max_length=MAX_PROMPT_CHARACTERS), BeforeValidator(_clean)
]
_Preview = Annotated[
    str, Field(min_length=1, max_length=MAX_PREVIEW_CHARACTERS), BeforeValidator(_clean)
]
_NAME_SCHEMA = {"type": "string", "pattern": f"^{NAME_PATTERN.pattern}$"}
_Alias = Annotated[str, AfterValidator(_check_alias), WithJsonSchema(_NAME_SCHEMA)]
_Adopt = Annotated[
    str,
    AfterValidator(_check_adopt),
    WithJsonSchema({"type": "string", "examples": [family.voice_shape for family in FAMILIES]}),
]
_Family = Annotated[
    str,
    AfterValidator(_check_family),
    WithJsonSchema({"type": "string", "enum": list(_FAMILY_KEYS)}),
]
_Name = Annotated[str, Field(pattern=f"^{NAME_PATTERN.pattern}$")]


class SharedFields(Checked):
    """Values for all voices of the file that do not have their own."""

    misplaced: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("voice_prompt", "preview_text", "aliases", "adopt", "sent_as", "pin"),
        "move it to the voice that it is for",
    )

    language: _Language | None = Field(
        default=None,
        description=f"The language that the voice speaks; {DEFAULT_LANGUAGE} if it is not set. "
        "The preview text must be in it.",
    )
    target_model: _TargetModel | None = Field(
        default=None, description="The model that will speak with the voice; no other can."
    )
    family: _Family | None = Field(
        default=None,
        description="The API that makes the voice; only for a target model that is not known.",
    )
    sample_rate: _SampleRate | None = Field(
        default=None,
        description=f"The preview's samples per second; {DEFAULT_SAMPLE_RATE_HZ} if it is not set.",
    )
    response_format: _ResponseFormat | None = Field(
        default=None,
        description=f"The preview's audio format; {DEFAULT_RESPONSE_FORMAT} if it is not set.",
    )
    protect: bool | None = Field(
        default=None, description="Refuse to replace or delete the voice while this is true."
    )


class VoiceFields(SharedFields):
    """A voice, under its name, which is sent as the preferred name."""

    misplaced: ClassVar[Mapping[str, str]] = {
        "name": "the key above it is the voice's name",
        "preferred_name": "the key above it is the voice's name",
        "voice": "write `adopt:` to take a voice that is there already",
    }

    voice_prompt: _Prompt = Field(
        description=f"How the voice sounds, in English or Chinese. {_ENDS_DO_NOT_COUNT}"
    )
    preview_text: _Preview = Field(
        description=f"What the preview says, in the voice's language. {_ENDS_DO_NOT_COUNT}"
    )
    aliases: tuple[_Alias, ...] = Field(
        default=(), description="Names that this voice had before; renaming is free."
    )
    adopt: _Adopt | None = Field(
        default=None, description="A voice of the account to take instead of creating one."
    )
    sent_as: _Alias | None = Field(
        default=None,
        description="What is sent as the voice's name, where its family does not take the name.",
    )
    pin: bool | None = Field(
        default=None,
        description="Keep the locked voice while its text changes: nothing is paid for, and the "
        "plan shows how far the two are apart.",
    )

    @field_validator("voice_prompt")
    @classmethod
    def _check_prompt_script(cls, value: str) -> str:
        _refuse_placeholder(value)
        return _accept(value, find_prompt_misfit(value))

    @field_validator("preview_text")
    @classmethod
    def _check_preview_script(cls, value: str, info: ValidationInfo) -> str:
        if "language" not in info.data:  # it is faulty itself
            return value
        language = info.data["language"] or DEFAULT_LANGUAGE
        _refuse_placeholder(value, language)
        is_default = info.data["language"] is None
        return _accept(value, find_preview_misfit(value, language, is_default=is_default))


class ManifestFields(Checked, defer_build=True):
    """Voices as code: the voices that an account shall hold."""

    defaults: SharedFields | None = None
    voices: dict[_Name, VoiceFields] = Field(
        description="The voices, by name; {} if none is wanted.",
        json_schema_extra={"additionalProperties": False},
    )


class ManifestKeys(Checked):
    """A manifest's top level alone; what is below is checked piece by piece."""

    defaults: dict[str, object] | None = None
    voices: dict[str, object]


def _refuse_placeholder(value: str, language: str = "") -> None:
    placeholder = find_placeholder(value, language)
    if placeholder:
        hint = "write the text itself: a voice would be made, and paid for, as it stands there"
        raise refuse(f"holds the placeholder {quote(placeholder)}", hint)


def _accept(value: str, misfit: Misfit | None) -> str:
    if misfit:
        raise refuse(misfit.message, misfit.hint)
    return value
