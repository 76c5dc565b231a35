"""Qwen voice design: `qwen-voice-design` (API reference, 2026-03-31)."""

from __future__ import annotations

import re
from decimal import Decimal

from voiceops.core.families.family import Family, Listing

QWEN = Family(
    key="qwen",
    api="qwen-voice-design",
    prefixes=("qwen3-tts-vd",),
    # Snapshots known on 2026-11-22; the service may have others, so an unknown one is a warning.
    models=(
        "qwen3-tts-vd-2026-01-26",
        "qwen3-tts-vd-realtime-2025-12-16",
        "qwen3-tts-vd-realtime-2026-01-15",
    ),
    # The stamp has 14 digits in the reference and 17 (milliseconds) in every name seen in public.
    voice_pattern=re.compile(
        r"qwen-tts-vd-(?P<name>[A-Za-z0-9_]{1,16})-voice-(?P<stamp>[0-9]{14,17})-[0-9a-f]{4}"
    ),
    voice_shape="qwen-tts-vd-NAME-voice-20260131102800123-a1b2",
    name_pattern=re.compile(r"[A-Za-z0-9_]{1,16}"),
    name_rule="1 to 16 of A-Z a-z 0-9 _",
    max_prompt_characters=2048,
    max_preview_characters=1024,
    # By their codes, which designing takes; speaking takes the names.
    languages={
        "zh": "Chinese",
        "en": "English",
        "de": "German",
        "it": "Italian",
        "pt": "Portuguese",
        "es": "Spanish",
        "ja": "Japanese",
        "ko": "Korean",
        "fr": "French",
        "ru": "Russian",
    },
    default_language="zh",
    sample_rates_hz=(8000, 16000, 24000, 48000),
    response_formats=("pcm", "wav", "mp3", "opus"),
    price=Decimal("0.2"),
    quota=1000,
    idle_days=365,
    listing=Listing.COUNTED,
    regions=frozenset({"singapore", "beijing"}),
    ends="the vendor announced the end of qwen-voice-design for 2026-10-10 (notice 792)",
)
