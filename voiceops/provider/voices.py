"""Read voices as the service describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voiceops.core.families.known import FAMILIES
from voiceops.core.forms import is_created, is_language, is_model, is_voice_id
from voiceops.core.spec import SPEC_FIELDS, Spec, normalise
from voiceops.core.voice import LiveVoice, Status
from voiceops.errors import ProtocolViolated
from voiceops.provider.dialect import Dialect
from voiceops.provider.listing import Page


def read_page(document: Mapping[str, object], dialect: Dialect, *, label: str) -> Page:
    """Read the reply to a list; raises ProtocolViolated if a voice has no name.

    The echoed page size is not looked at: what a page holds says more.
    """
    output = _read_output(document, label=label)
    total_count = output.get("total_count")
    is_count = isinstance(total_count, int) and not isinstance(total_count, bool)
    items = output.get("voice_list")
    if items is None and is_count and total_count == 0:
        items = []
    if not isinstance(items, list):
        raise ProtocolViolated(f"{label}: the reply has no voice_list")
    return Page(
        voices=tuple(_read_voice(item, dialect, label=label) for item in items),
        total_count=total_count if isinstance(total_count, int) and is_count else None,
    )


# What does not have its form was not told.
_FORMS: Mapping[str, Callable[[str], object]] = {
    "voice": is_voice_id,
    "voice_id": is_voice_id,
    "target_model": lambda text: is_model(normalise(text)),
    "language": lambda text: is_language(normalise(text)),
    "gmt_create": is_created,
}


def read_queried(document: Mapping[str, object], dialect: Dialect, *, label: str) -> LiveVoice:
    """Read the reply to a query; raises ProtocolViolated if there is no voice in it."""
    return _read_voice(_read_output(document, label=label), dialect, label=label)


def _read_output(document: Mapping[str, object], *, label: str) -> Mapping[str, object]:
    output = document.get("output")
    if not isinstance(output, dict):
        raise ProtocolViolated(f"{label}: the reply has no output")
    return output


def _read_voice(item: object, dialect: Dialect, *, label: str) -> LiveVoice:
    if not isinstance(item, dict):
        raise ProtocolViolated(f"{label}: a voice in the reply is no object")
    told = {
        name: value
        for name, value in item.items()
        if isinstance(value, str) and _FORMS.get(name, bool)(value)
    }
    voice_id = told.get(dialect.voice)
    if not voice_id:
        odd = item.get(dialect.voice)
        what = "a name that no voice can have" if odd and isinstance(odd, str) else "no name"
        raise ProtocolViolated(f"{label}: a voice in the reply has {what}")
    name = dialect.family.read_name(voice_id)
    told.setdefault("target_model", name.target_model if name else "")
    untold = dialect.family.untold
    values = {key: "" if key in untold else told.get(key, "") for key in SPEC_FIELDS}
    # None unless all that the family tells is there, for a blank text tells nothing.
    is_told = all(value.strip() for key, value in values.items() if key not in untold)
    spec = Spec.of(**values) if is_told else None
    return LiveVoice(
        voice_id=voice_id,
        spec=spec,
        target_model=told["target_model"],
        language=told.get("language", ""),
        created=told.get("gmt_create", ""),
        former_spec=Spec.find_former_digest(**values) if spec else "",
        family_key=dialect.family.key if dialect.family is not FAMILIES[0] else "",
        status=dialect.statuses.get(told.get("status", ""), Status.READY),
    )
