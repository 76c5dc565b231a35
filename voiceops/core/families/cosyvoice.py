"""CosyVoice and Qwen-Audio voice design: `voice-enrollment`.

Sources: the vendor's API references of 2026-08-11 and 2026-10-21, and its packages dashscope 1.27.8
and 2.0.2. That a prefix must be in lower case is said by the packages alone.
"""

from __future__ import annotations

import re

from voiceops.core.families.family import Family, Listing

COSYVOICE = Family(
    key="cosyvoice",
    api="voice-enrollment",
    prefixes=("cosyvoice-", "qwen-audio-"),
    models=(
        "cosyvoice-v3-plus",
        "cosyvoice-v3-flash",
        "cosyvoice-v3.5-plus",
        "cosyvoice-v3.5-flash",
        "qwen-audio-3.0-tts-plus",
        "qwen-audio-3.0-tts-flash",
        "qwen-audio-3.1-tts-flash",
    ),
    # A clone's name lacks `-vd-`: it is somebody else's, whatever we do.
    voice_pattern=re.compile(
        r"(?P<model>[A-Za-z0-9][A-Za-z0-9._-]{0,80})-vd-"
        r"(?P<name>[A-Za-z0-9]{1,10})-[0-9a-f]{32}"
    ),
    voice_shape="cosyvoice-v3.5-plus-vd-NAME-0123456789abcdef0123456789abcdef",
    name_pattern=re.compile(r"[a-z0-9]{1,10}"),
    name_rule="1 to 10 of a-z 0-9",
    max_prompt_characters=500,
    # Measured by others: a shorter one is refused.
    min_preview_characters=15,
    max_preview_characters=200,
    languages={"zh": "Chinese", "en": "English"},
    default_language="zh",
    sample_rates_hz=(16000, 24000, 48000),
    response_formats=("pcm", "wav", "mp3"),
    untold=frozenset({"language"}),
    has_status=True,
    quota=1000,
    idle_days=365,
    # No page that documents this listing has a count in it.
    listing=Listing.UNTIL_EMPTY,
    regions=frozenset({"beijing"}),
)
