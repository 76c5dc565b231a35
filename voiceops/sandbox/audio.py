"""Preview audio without a synthesizer: a tone that hums as the description asks."""

from __future__ import annotations

import hashlib
import io
import math
import re
import struct
import wave
from dataclasses import dataclass

ENCODABLE_FORMATS = ("wav", "pcm")

_BASE_PITCH_HZ = 165.0
_LOWEST_PITCH_HZ = 70.0
_HIGHEST_PITCH_HZ = 420.0
_BASE_DURATION_S = 1.4
_SHORTEST_S = 1.0
_LONGEST_S = 2.0

# What a word of the description does: a factor on the pitch, or on the duration. English words
# stand alone; Chinese is not written in words, so its cues are looked for anywhere.
_PITCH_CUES = {
    "child": 1.5, "kid": 1.5, "boy": 1.3, "girl": 1.5, "female": 1.25, "woman": 1.25,
    "young": 1.1, "high": 1.2, "bright": 1.1, "male": 0.75, "man": 0.75, "deep": 0.75,
    "low": 0.8, "old": 0.9, "elderly": 0.9,
    "童": 1.5, "女": 1.25, "男": 0.75, "低": 0.75, "老": 0.9, "高": 1.2,
}  # fmt: skip
_DURATION_CUES = {
    "fast": 0.75, "quick": 0.75, "rapid": 0.75, "lively": 0.85,
    "slow": 1.3, "unhurried": 1.3, "calm": 1.15,
    "快": 0.75, "慢": 1.3,
}  # fmt: skip

_MELODY = (1.0, 1.08, 0.98, 1.04, 0.88)  # one factor a syllable; the last one falls, as speech does
# How loud each overtone is, the fundamental first: roughly "ah", "eh", "oh".
_VOWELS = (
    (1.0, 0.45, 0.35, 0.30, 0.10, 0.05),
    (1.0, 0.35, 0.15, 0.20, 0.25, 0.15),
    (1.0, 0.50, 0.20, 0.05, 0.03, 0.02),
)
_LOUDNESS_STEPS = 16
_PEAK = 20000  # of 32767


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a voice hums."""

    pitch_hz: float
    duration_s: float


def make_preview(
    voice: str, description: str, *, sample_rate_hz: int, response_format: str
) -> bytes:
    """Make the preview of a voice: a stand-in, not speech.

    Five syllables of a hum, 1 to 2 s, mono, 16 bit little-endian; bare as `pcm`, in a container
    as `wav`. Pitch and pace follow the words of the description a little, and the rest its name:
    the same voice gives the same bytes, two voices of one description differ, as they do at the
    service.
    """
    pcm = _hum(_read_manner(description), hashlib.sha256(voice.encode()).digest(), sample_rate_hz)
    return pcm if response_format == "pcm" else _wrap_as_wav(pcm, sample_rate_hz)


def _read_manner(description: str) -> _Manner:
    text = description.lower()
    words = set(re.findall(r"[a-z]+", text))
    pitch_hz = _BASE_PITCH_HZ * _follow(_PITCH_CUES, text, words)
    duration_s = _BASE_DURATION_S * _follow(_DURATION_CUES, text, words)
    return _Manner(
        min(max(pitch_hz, _LOWEST_PITCH_HZ), _HIGHEST_PITCH_HZ),
        min(max(duration_s, _SHORTEST_S), _LONGEST_S),
    )


def _follow(cues: dict[str, float], text: str, words: set[str]) -> float:
    return math.prod(
        factor
        for cue, factor in cues.items()
        if cue in words or (not cue.isascii() and cue in text)
    )


def _hum(manner: _Manner, seed: bytes, sample_rate_hz: int) -> bytes:
    syllable_s = manner.duration_s / len(_MELODY)
    syllables = []
    for melody, chance in zip(_MELODY, seed, strict=False):
        pitch_hz = manner.pitch_hz * melody * (0.96 + 0.08 * chance / 255)
        period = round(sample_rate_hz / pitch_hz)
        louder = _make_periods(period, _VOWELS[chance % len(_VOWELS)])
        syllables.append(_swell(louder, round(syllable_s * sample_rate_hz / period)))
    return b"".join(syllables)


def _make_periods(period: int, vowel: tuple[float, ...]) -> list[bytes]:
    """Make one period of a vowel at each loudness, silence first.

    Sines start and end at zero, so periods of any loudness join without a click; and joining a
    few ready ones is what makes this fast.
    """
    angles = [2 * math.pi * sample / period for sample in range(period)]
    shape = [
        sum(level * math.sin(angle * number) for number, level in enumerate(vowel, 1))
        for angle in angles
    ]
    unit = _PEAK / max(map(abs, shape)) / _LOUDNESS_STEPS
    return [
        struct.pack(f"<{period}h", *(round(unit * step * value) for value in shape))
        for step in range(_LOUDNESS_STEPS + 1)
    ]


def _swell(periods: list[bytes], count: int) -> bytes:
    """Join `count` periods that grow from silence and fade again."""
    return b"".join(
        periods[round(_LOUDNESS_STEPS * math.sin(math.pi * (number + 0.5) / count))]
        for number in range(count)
    )


def _wrap_as_wav(pcm: bytes, sample_rate_hz: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(sample_rate_hz)
        writer.writeframes(pcm)
    return file.getvalue()


def synthesize(voice: str, description: str, text: str, *, sample_rate_hz: int = 24000) -> bytes:
    """Say a text: for now the same hum, whatever the text."""
    del text
    return make_preview(voice, description, sample_rate_hz=sample_rate_hz, response_format="pcm")


def encode(pcm: bytes, *, sample_rate_hz: int, response_format: str) -> bytes:
    """Put raw samples into a container, if the format is one."""
    return pcm if response_format == "pcm" else _wrap_as_wav(pcm, sample_rate_hz)
