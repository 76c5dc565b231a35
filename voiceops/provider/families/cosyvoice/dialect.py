"""The words of `voice-enrollment`, as far as it designs (API reference, 2026-10-21)."""

from __future__ import annotations

from collections.abc import Mapping

from voiceops.core.desired import Desired
from voiceops.core.families.cosyvoice import COSYVOICE
from voiceops.core.voice import Status
from voiceops.provider.dialect import Dialect
from voiceops.provider.families.cosyvoice.speech import speak


def _write(desired: Desired) -> Mapping[str, object]:
    """Write what a voice is; of the hints only the first counts."""
    return {
        "voice_prompt": desired.spec.voice_prompt,
        "preview_text": desired.spec.preview_text,
        "prefix": desired.sent,
        "language_hints": [desired.spec.language],
    }


COSYVOICE_DIALECT = Dialect(
    family=COSYVOICE,
    create="create_voice",
    list="list_voice",
    query="query_voice",
    delete="delete_voice",
    voice="voice_id",
    write=_write,
    speak=speak,
    statuses={
        "OK": Status.READY,
        "DEPLOYING": Status.IN_REVIEW,
        "UNDEPLOYED": Status.REFUSED,
    },
)
