"""What at least one family takes: a manifest is checked by it first, then by the voice's own."""

from __future__ import annotations

from voiceops.core.families.known import FAMILIES
from voiceops.core.families.qwen import QWEN

MAX_PROMPT_CHARACTERS = max(family.max_prompt_characters for family in FAMILIES)
MAX_PREVIEW_CHARACTERS = max(family.max_preview_characters for family in FAMILIES)
LANGUAGES = {code: name for family in FAMILIES for code, name in family.languages.items()}
SAMPLE_RATES_HZ = tuple(sorted({rate for family in FAMILIES for rate in family.sample_rates_hz}))
RESPONSE_FORMATS = tuple(dict.fromkeys(f for family in FAMILIES for f in family.response_formats))
KNOWN_TARGET_MODELS = tuple(model for family in FAMILIES for model in family.models)
DEFAULT_LANGUAGE = QWEN.default_language
