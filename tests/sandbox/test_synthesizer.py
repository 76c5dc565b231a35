"""The stand-in for speech, by measurements of its sound."""

from __future__ import annotations

import math
import struct
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceops.sandbox.behaviour import read_manner
from voiceops.sandbox.synthesizer import synthesize

RATE_HZ = 8000
PEAK = 20000
TEXT = "Good evening, and welcome."
VOICES = st.text(max_size=20)
DESCRIPTIONS = st.sampled_from(
    ["", "A child", "A deep old man", "A hoarse man", "A whispering woman", "明亮的女声，语速快"]
)
a_few = settings(max_examples=15)  # each is some seconds of sound
any_of_some_voices = pytest.mark.parametrize("voice", ["", "v-0000", "v-0001", "声音"])


def say(description="", text=TEXT, *, voice="v", rate_hz=RATE_HZ):
    pcm = synthesize(voice, description, text, sample_rate_hz=rate_hz)
    return struct.unpack(f"<{len(pcm) // 2}h", pcm)


def power(samples):
    return sum(sample * sample for sample in samples) / len(samples)


def find_vowels(samples, size=400):
    """Cut into frames of 50 ms, and keep those in which a syllable is loud."""
    frames = (samples[start : start + size] for start in range(0, len(samples) - size, size))
    return [frame for frame in frames if power(frame) > PEAK**2 / 50]


def compare(frame, lag):
    """Compare a frame with itself some samples later: 1 if alike, 0 if unrelated."""
    one, two = frame[:-lag], frame[lag:]
    products = sum(a * b for a, b in zip(one, two, strict=True))
    return products / len(one) / math.sqrt(power(one) * power(two))


def correlate(frame):
    """Compare a frame with itself after each period that a pitch of 600 to 60 Hz may have."""
    return {lag: compare(frame, lag) for lag in range(RATE_HZ // 600, RATE_HZ // 60)}


def find_pitch(frame):
    """Find the fundamental frequency in Hz by autocorrelation."""
    likeness = correlate(frame)
    best = max(likeness.values())
    # A sound is as much like itself after two periods: the first good peak is the pitch.
    good = (lag for lag, value in likeness.items() if value > 0.9 * best)
    return RATE_HZ / next(lag for lag in good if likeness.get(lag + 1, -1.0) <= likeness[lag])


def measure_pitch(samples):
    return median(find_pitch(frame) for frame in find_vowels(samples)[::3])


def measure_periodicity(samples):
    return median(max(correlate(frame).values()) for frame in find_vowels(samples)[::3])


def measure_brightness(samples):
    """Measure the root mean square frequency of the spectrum, relative: steps against samples."""
    steps = [after - before for before, after in pairwise(samples)]
    return power(steps) / power(samples)


@a_few
@given(voice=VOICES, description=DESCRIPTIONS)
def test_the_same_voice_says_the_same_alike(voice, description):
    assert say(description, voice=voice) == say(description, voice=voice)


@a_few
@given(voices=st.lists(VOICES, min_size=2, max_size=2, unique=True))
def test_two_voices_of_one_description_differ(voices):
    one, two = (say("A calm woman", voice=voice) for voice in voices)
    assert one != two


@any_of_some_voices
@pytest.mark.parametrize(
    "description", ["A child", "A woman", "", "A man", "A deep, old man", "女童", "低沉的男声"]
)
def test_the_pitch_is_that_of_the_description(description, voice):
    described_hz = read_manner(description).pitch_hz
    assert measure_pitch(say(description, voice=voice)) == pytest.approx(described_hz, rel=0.12)


@any_of_some_voices
def test_a_child_is_higher_than_a_woman_than_a_man_than_a_deep_old_man(voice):
    people = ["A child", "A woman", "A man", "A deep, old man"]
    pitches = [measure_pitch(say(person, voice=voice)) for person in people]
    assert pitches == sorted(set(pitches), reverse=True)


@a_few
@given(voice=VOICES)
@pytest.mark.parametrize("paces", [("fast", "", "slow"), ("语速快", "", "语速慢")])
def test_fast_is_shorter_than_slow(paces, voice):
    fast, normal, slow = (len(say(pace, voice=voice)) for pace in paces)
    assert fast < 0.85 * normal
    assert slow > 1.2 * normal


@a_few
@given(voice=VOICES)
@pytest.mark.parametrize("timbres", [("bright", "", "dark"), ("清脆", "", "柔和")])
def test_bright_has_more_high_tones_than_dark(timbres, voice):
    brightness = [measure_brightness(say(timbre, voice=voice)) for timbre in timbres]
    assert brightness == sorted(set(brightness), reverse=True)


@any_of_some_voices
def test_a_whisper_is_less_of_a_tone_than_a_hoarse_voice_than_a_clear_one(voice):
    people = ["A man", "A hoarse man", "A hoarse man, whispering"]
    periodicity = [measure_periodicity(say(person, voice=voice)) for person in people]
    assert periodicity == sorted(set(periodicity), reverse=True)
    assert periodicity[0] > 0.9
    assert periodicity[2] < 0.8


@any_of_some_voices
@pytest.mark.parametrize("text", ["Ba ba ba ba{}", "今天好吗{}"])
def test_a_question_ends_higher_than_a_statement_which_falls(text, voice):
    asked, stated = (find_vowels(say("", text.format(end), voice=voice)) for end in "?.")
    assert find_pitch(asked[0]) == find_pitch(stated[0])
    assert find_pitch(asked[-1]) > 1.2 * find_pitch(stated[-1])
    assert find_pitch(stated[-1]) < find_pitch(stated[0]) / 1.1


@a_few
@given(voice=VOICES)
@pytest.mark.parametrize("text", ["banana " * 20, "今天天气很好" * 10, "1234567890" * 6])
def test_a_syllable_takes_about_a_fifth_of_a_second(text, voice):
    assert 0.16 < len(say("", text, voice=voice)) / RATE_HZ / 60 < 0.22


@a_few
@given(
    voice=VOICES,
    words=st.lists(st.sampled_from(["one", "two,", "no.", "好", "?", "7"]), max_size=20),
    word=st.sampled_from(["a", "好", "1"]),
)
def test_a_longer_text_takes_longer(voice, words, word):
    shorter, longer = (" ".join(text) for text in (words, [*words, word]))
    assert len(say("", longer, voice=voice)) > len(say("", shorter, voice=voice))


@a_few
@given(voice=VOICES)
def test_punctuation_makes_pauses(voice):
    texts = ["one two three", "one two, three", "one two. Three", "One. Two. Three"]
    lengths = [len(say("", text, voice=voice)) for text in texts]
    assert lengths == sorted(set(lengths))


@pytest.mark.parametrize("text", ["", " ", "...", "🎉"])
def test_what_cannot_be_said_is_a_short_silence(text):
    assert say("A child", text) == (0,) * (RATE_HZ // 10)


@pytest.mark.parametrize("rate_hz", [16000, 24000, 48000])
@a_few
@given(voice=VOICES, description=DESCRIPTIONS)
def test_the_sampling_rate_does_not_change_the_length(rate_hz, voice, description):
    length_s, expected_s = (
        len(say(description, voice=voice, rate_hz=rate)) / rate for rate in (rate_hz, RATE_HZ)
    )
    assert length_s == pytest.approx(expected_s, abs=0.05)


@a_few
@given(voice=VOICES, description=DESCRIPTIONS, rate_hz=st.sampled_from([8000, 48000]))
def test_the_sound_is_heard_and_not_clipped_and_has_no_offset(voice, description, rate_hz):
    samples = say(description, voice=voice, rate_hz=rate_hz)
    assert PEAK / 2 < max(map(abs, samples)) <= PEAK
    assert PEAK / 10 < math.sqrt(power(samples)) < PEAK / 2
    assert abs(sum(samples) / len(samples)) < PEAK / 1000


@a_few
@given(voice=VOICES, description=DESCRIPTIONS)
def test_nothing_clicks(voice, description):
    samples = say(description, voice=voice, rate_hz=48000)
    assert max(abs(after - before) for before, after in pairwise(samples)) < PEAK * 0.3
    assert max(map(abs, samples[:96] + samples[-96:])) < PEAK / 3
    assert (samples[0], samples[-1]) == (0, 0)


@given(
    voice=st.text(st.characters()),
    description=st.text(st.characters()),
    text=st.text(st.characters(), max_size=100),
)
def test_every_string_can_be_said(voice, description, text):
    assert len(say(description, text, voice=voice)) >= RATE_HZ // 10


def test_lone_surrogates_can_be_said():
    assert say("\ud800", "a\udfff", voice="\udabc")
