"""How a text is read into phrases of syllables."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.sandbox.syllables import VOWELS, Ending, Phrase, read_phrases


def count(text):
    return sum(len(phrase.vowels) for phrase in read_phrases(text))


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("Good evening", 4),
        ("the headlines", 4),
        ("rhythm and my TV", 4),
        ("Schöne Grüße aus Œuvre", 7),
        ("Здравствуйте, мой друг", 5),
        ("各位听众", 4),
        ("人々", 2),
        ("きょうはガッコウ", 7),
        ("안녕하세요", 5),
        ("2024", 4),
        ("３.5%", 2),
        ("สวัสดี", 2),
    ],
)
def test_the_syllables_of_a_script_are_counted(text, syllables):
    assert count(text) == syllables
    assert count(unicodedata.normalize("NFD", text)) == syllables


def test_a_vowel_is_that_of_the_letter():
    assert read_phrases("Tante Éli hört du Ынг юла") == [Phrase("aeeiouiua", Ending.FALL)]


@pytest.mark.parametrize(
    ("text", "endings"),
    [
        ("ba", [Ending.FALL]),
        ("ba.", [Ending.FALL]),
        ("ba?", [Ending.RISE]),
        ("ba?!", [Ending.RISE]),
        ("ba, ba; ba: ba!", [Ending.OPEN, Ending.OPEN, Ending.OPEN, Ending.FALL]),
        ("好，好、好？好。", [Ending.OPEN, Ending.OPEN, Ending.RISE, Ending.FALL]),
        ("ba...\n\n… ba", [Ending.FALL, Ending.FALL]),
        ("1,234.5", [Ending.FALL]),
        ("¿Qué?", [Ending.RISE]),
    ],
)
def test_punctuation_ends_a_phrase(text, endings):
    assert [phrase.ending for phrase in read_phrases(text)] == endings


@pytest.mark.parametrize("text", ["", " \t\n", "...?!", "🎉", "\u0301", "\0"])
def test_what_cannot_be_said_is_no_phrase(text):
    assert read_phrases(text) == []


@given(st.text())
def test_every_text_is_read_into_phrases_that_can_be_said(text):
    for phrase in read_phrases(text):
        assert phrase.vowels
        assert set(phrase.vowels) <= set(VOWELS)
