"""The forms that the journal's records have."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voiceops.core.forms import (
    is_digest,
    is_language,
    is_model,
    is_name,
    is_record_id,
    is_voice_id,
    read_time,
)

Record = dict[str, object]


def _is_time(text: str) -> bool:
    return read_time(text) is not None


_OF_ALL: Mapping[str, Callable[[str], bool]] = {"at": _is_time, "id": is_record_id}
# What else a record must hold, by its kind.
_FORMS: Mapping[str, Mapping[str, Callable[[str], bool]]] = {
    "intent": {
        "name": is_name,
        "spec": is_digest,
        "target_model": is_model,
        "language": is_language,
    },
    "result": {"voice": is_voice_id},
    "deleting": {"id": is_voice_id},
    "deleted": {"id": is_voice_id},
    "kept": {"id": is_voice_id},
}


# What it may hold.
_OPTIONAL: Mapping[str, Callable[[str], bool]] = {"sent": is_name, "seen": is_digest}


def is_sound(record: Record) -> bool:
    """Tell whether a record has the forms that ours have; of an unknown kind, those of all."""
    forms = {**_OF_ALL, **_FORMS.get(str(record.get("kind")), {})}
    texts = {key: value for key, value in record.items() if isinstance(value, str)}
    if not all(key in texts and has_form(texts[key]) for key, has_form in forms.items()):
        return False
    if "told" in record and not _is_time(texts.get("told", "")):
        return False
    if not all(has_form(texts[key]) for key, has_form in _OPTIONAL.items() if key in texts):
        return False
    before = record.get("before", [])
    return isinstance(before, list) and all(
        isinstance(voice, str) and is_voice_id(voice) for voice in before
    )
