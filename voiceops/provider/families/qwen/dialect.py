"""The words of `qwen-voice-design` (API reference, 2026-03-31)."""

from __future__ import annotations

from collections.abc import Mapping

from voiceops.core.desired import Desired
from voiceops.core.families.qwen import QWEN
from voiceops.provider.dialect import Dialect
from voiceops.provider.families.qwen.speech import speak


def _write(desired: Desired) -> Mapping[str, object]:
    """Write what a voice is; `language` is always sent, its default is the service's."""
    return {
        "voice_prompt": desired.spec.voice_prompt,
        "preview_text": desired.spec.preview_text,
        "preferred_name": desired.sent,
        "language": desired.spec.language,
    }


QWEN_DIALECT = Dialect(
    family=QWEN,
    create="create",
    list="list",
    query="query",
    delete="delete",
    voice="voice",
    write=_write,
    speak=speak,
)
