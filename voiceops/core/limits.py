"""What the service takes: lengths, names, languages, rates, formats (API reference, create)."""

from __future__ import annotations

import re

NAME_PATTERN = re.compile(r"[A-Za-z0-9_]{1,16}")
MAX_PROMPT_CHARACTERS = 2048
MAX_PREVIEW_CHARACTERS = 1024
# By their codes, which designing takes; speaking takes the names.
LANGUAGES = {
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
}
DEFAULT_LANGUAGE = "zh"
SAMPLE_RATES_HZ = (8000, 16000, 24000, 48000)
DEFAULT_SAMPLE_RATE_HZ = 24000
RESPONSE_FORMATS = ("pcm", "wav", "mp3", "opus")
DEFAULT_RESPONSE_FORMAT = "wav"
# Snapshots known on 2026-11-22; the service may have others, so an unknown one is only a warning.
KNOWN_TARGET_MODELS = (
    "qwen3-tts-vd-2026-01-26",
    "qwen3-tts-vd-realtime-2025-12-16",
    "qwen3-tts-vd-realtime-2026-01-15",
)
