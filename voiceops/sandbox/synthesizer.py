"""A stand-in for speech: syllables in the manner that a description asks for, not words."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle

from voiceops.sandbox.behaviour import Manner, read_manner
from voiceops.sandbox.syllables import Ending, Phrase, read_phrases

# Formants of an adult's vowels in Hz, and how loud each is. Rounded from Peterson and Barney,
# "Control methods used in a study of the vowels" (1952).
_FORMANTS = {
    "a": ((730, 1.0), (1200, 0.60), (2500, 0.20)),
    "e": ((530, 1.0), (1840, 0.35), (2500, 0.20)),
    "i": ((300, 1.0), (2250, 0.30), (2900, 0.20)),
    "o": ((500, 1.0), (900, 0.50), (2400, 0.10)),
    "u": ((320, 1.0), (850, 0.40), (2250, 0.08)),
}
_DAMPING = 0.1  # per radian: a formant rings for a few of its own waves
_ATTACK_S = 0.0005
_HUM = 0.4  # how loud the fundamental is
_STEPS_PER_OCTAVE = 24  # the pitch moves in quarter tones
_LOWEST = -_STEPS_PER_OCTAVE  # no sentence ends deeper below the voice's own pitch
_FADE = 0.25  # the last part of each period, in which it comes to rest
_GASPS = 8  # how often noise strikes in a period
_BREATHS = 31  # how many noises there are; always the same one would be heard as a tone

_PEAK = 20000  # of 32767
_LOUDNESS_STEPS = 12
_SILENCE_S = 0.1  # what a text without a syllable gives
_PAUSES = {Ending.OPEN: 0.9, Ending.FALL: 1.7, Ending.RISE: 1.7}  # in syllables
# How the pitch moves, in quarter tones: from where a phrase starts, how far it sinks, with a
# stress, and in the last syllable.
_HEAD = 3.0
_SINKING = 5.0
_STRESS = 3.0
_TURNS = {Ending.OPEN: 2.0, Ending.FALL: -7.0, Ending.RISE: 11.0}


@dataclass(frozen=True, slots=True)
class _Note:
    """One syllable as it is sung; pitches in quarter tones above the voice's own."""

    vowel: str
    start: float
    end: float
    length_s: float
    loudness: float  # 0 to 1


def synthesize(voice: str, description: str, text: str, *, sample_rate_hz: int = 24000) -> bytes:
    """Say a text with a designed voice: a stand-in, which makes syllables, not words.

    Gives raw PCM, mono, 16 bit little-endian: a syllable of about 0.19 s for each one that the
    text has, pauses at its punctuation, and 0.1 s of silence if nothing of it can be said. Pitch,
    pace and timbre follow the description; small differences follow the voice's name, so that
    the same voice gives the same bytes and two voices of one description differ, as they do at
    the service.
    """
    chances = hashlib.shake_256(voice.encode(errors="surrogatepass")).digest(1021)
    manner = _make_own(read_manner(description), chances)
    throat = _Throat(manner, sample_rate_hz, chances)
    pieces: list[bytes] = []
    rhythm = cycle(chances)
    for phrase in read_phrases(text):
        for note in _sing(phrase, manner, rhythm):
            pieces += throat.voice(note)
        pieces.append(_rest(_PAUSES[phrase.ending] * manner.syllable_s, sample_rate_hz))
    return b"".join(pieces) or _rest(_SILENCE_S, sample_rate_hz)


def _make_own(manner: Manner, chances: bytes) -> Manner:
    """Give a voice its own pitch, mouth, timbre and pace, near those that were described."""
    pitch, tract, brightness, pace = (2 * chance / 255 - 1 for chance in chances[-4:])
    return replace(
        manner,
        pitch_hz=manner.pitch_hz * (1 + 0.06 * pitch),
        tract=manner.tract * (1 + 0.03 * tract),
        brightness=manner.brightness * (1 + 0.1 * brightness),
        syllable_s=manner.syllable_s * (1 + 0.04 * pace),
    )


def _sing(phrase: Phrase, manner: Manner, rhythm: Iterator[int]) -> Iterator[_Note]:
    """Set a phrase to a melody that sinks slowly, with stresses, and turns at its end."""
    last = len(phrase.vowels) - 1
    for place, vowel in enumerate(phrase.vowels):
        stress = 2 * next(rhythm) / 255 - 1
        start = _HEAD - _SINKING * place / max(last, 1) + _STRESS * stress
        yield _Note(
            vowel,
            start * manner.melody,
            (start + (_TURNS[phrase.ending] if place == last else -1.0)) * manner.melody,
            manner.syllable_s * (1 + 0.15 * stress + (0.2 if place == last else 0.0)),
            0.8 + 0.2 * stress,
        )


def _rest(length_s: float, sample_rate_hz: int) -> bytes:
    return bytes(2 * round(length_s * sample_rate_hz))


class _Throat:
    """What makes the periods of a voice, and joins them.

    A period is what rings after one stroke of the glottis. Every one starts and ends at zero, so
    that any two of them join without a click; and joining ready ones is what makes this fast.
    """

    def __init__(self, manner: Manner, sample_rate_hz: int, chances: bytes) -> None:
        self._manner = manner
        self._rate_hz = sample_rate_hz
        self._chances = chances
        self._strays = cycle(chances)
        self._rings: dict[str, list[float]] = {}
        self._periods: dict[tuple[str, int], list[bytes]] = {}

    def voice(self, note: _Note) -> Iterator[bytes]:
        """Make the periods of a note, which swells from silence and fades again."""
        end = 2 * note.length_s * self._rate_hz  # in bytes
        at = size = 0
        while at + size / 2 < end:
            part = at / end
            stray = self._manner.roughness * (next(self._strays) / 127.5 - 1)
            periods = self._find_periods(
                note.vowel, round(note.start + (note.end - note.start) * part + stray)
            )
            swell = math.sin(math.pi * min(part + 0.02, 1.0)) ** 0.7
            period = periods[round(_LOUDNESS_STEPS * note.loudness * swell)]
            size = len(period)
            at += size
            yield period

    def _find_periods(self, vowel: str, pitch: int) -> list[bytes]:
        key = (vowel, pitch)
        if key not in self._periods:
            if vowel not in self._rings:
                self._rings[vowel] = _ring(vowel, self._manner, self._rate_hz)
            pitch_hz = self._manner.pitch_hz * 2 ** (max(pitch, _LOWEST) / _STEPS_PER_OCTAVE)
            ring = self._rings[vowel][: round(self._rate_hz / pitch_hz)]
            noise = self._chances[pitch % _BREATHS * 2 * _GASPS :][: 2 * _GASPS]
            breath = self._manner.breath
            self._periods[key] = _make_periods(_breathe(ring, breath, noise), _HUM * (1 - breath))
        return self._periods[key]


def _make_periods(wave: list[float], hum: float) -> list[bytes]:
    """Make a period of a wave at each loudness, silence first; the hum is the fundamental."""
    size = len(wave)
    fading = size * _FADE
    faded = [level * min((size - at) / fading, 1.0) for at, level in enumerate(wave)]
    offset = sum(faded) / size  # would thump at each syllable
    turn = 2 * math.pi / size
    shape = [
        level + hum * math.sin(turn * at) - offset * (1 - math.cos(turn * at))
        for at, level in enumerate(faded)
    ]
    unit = _PEAK / max(map(abs, shape))
    samples = [round(unit * level) for level in shape]
    return [
        struct.pack(f"<{size}h", *[sample * step // _LOUDNESS_STEPS for sample in samples])
        for step in range(_LOUDNESS_STEPS + 1)
    ]


def _ring(vowel: str, manner: Manner, sample_rate_hz: int) -> list[float]:
    """Ring the formants of a vowel, for a period of the lowest pitch.

    Each is a damped sine with a soft start: X. Rodet, "Time-domain formant-wave-function
    synthesis" (1984).
    """
    lowest_hz = manner.pitch_hz * 2 ** (_LOWEST / _STEPS_PER_OCTAVE)
    wave = [0.0] * math.ceil(sample_rate_hz / lowest_hz)
    for number, (adult_hz, level) in enumerate(_FORMANTS[vowel]):
        formant_hz = adult_hz * manner.tract
        if formant_hz > 0.45 * sample_rate_hz:
            continue
        turn = 2 * math.pi * formant_hz / sample_rate_hz
        damping = turn * _DAMPING
        attack = 1 / (_ATTACK_S * sample_rate_hz)
        loudness = level * manner.brightness**number
        for at in range(len(wave)):
            swell = loudness * min(at * attack, 1.0)
            wave[at] += swell * math.exp(-damping * at) * math.sin(turn * at)
    return wave


def _breathe(ring: list[float], breath: float, chances: bytes) -> list[float]:
    """Add noise: the same vowel, struck at random moments and in both directions."""
    wave = [(1 - breath) * level for level in ring]
    for moment, force in zip(chances[::2], chances[1::2], strict=True):
        start = len(wave) * moment // 256
        factor = breath * (force / 127.5 - 1)
        rest = zip(wave[start:], ring, strict=False)
        wave[start:] = [level + factor * rung for level, rung in rest]
    return wave
