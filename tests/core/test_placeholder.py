"""Texts that nobody has filled in are told from texts that are meant."""

from __future__ import annotations

import pytest

from voiceops.core.texts.placeholders import find_placeholder


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [
        ("${PROMPT}", "${PROMPT}"),
        ("A ${tone} voice.", "${tone}"),
        ("$(cat prompt.txt)", "$(cat prompt.txt)"),
        ("{{ name }}", "{{ name }}"),
        ("A {{ .Values.tone }} voice.", "{{ .Values.tone }}"),
        ("{% include 'prompt' %}", "{% include 'prompt' %}"),
        ("A {tone} voice.", "{tone}"),
        ("%(prompt)s", "%(prompt)s"),
        ("%PROMPT%", "%PROMPT%"),
        ("A calm $VOICE voice.", "$VOICE"),
        ("A calm <%= tone %> voice.", "<%= tone %>"),
        ("tbd", "tbd"),
        ("Placeholder.", "Placeholder."),
        ("xxx", "xxx"),
        ("@PROMPT@", "@PROMPT@"),
        ("__PROMPT__", "__PROMPT__"),
        ("<preview text>", "<preview text>"),
        ("A <tone> voice.", "<tone>"),
        ("[Insert text here]", "[Insert text here]"),
        ("[your name] speaking", "[your name]"),
        ("TODO describe", "TODO"),
        ("- TODO: describe", "TODO"),
        ("A calm voice. TODO", "TODO"),
        ("FIXME", "FIXME"),
        ("TBD", "TBD"),
        ("CHANGEME", "CHANGEME"),
        ("REPLACE_ME please", "REPLACE_ME"),
        ("Lorem ipsum dolor sit amet", "Lorem ipsum"),
    ],
)
def test_what_nobody_has_filled_in_is_found(text: str, placeholder: str) -> None:
    assert find_placeholder(text) == placeholder


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A calm voice: low, slow (and warm).", ""),
        ("I <3 you, and 5 > 4 < 6.", ""),
        ("It costs $5 (or 50%), says a@b.example, or @team.", ""),
        ("My to-do list is empty.", ""),
        ("Todo está bien.", "es"),
        ("TODO ESTÁ BIEN.", "es"),
        ("TODO MUNDO SABE.", "pt"),
        ("[laughs] Good evening.", ""),
        ("Shares of $AAPL rose by five percent.", ""),
        ("Text and prompt.", ""),
        ("沉稳的男声【新闻】", "zh"),
    ],
)
def test_what_is_meant_is_none(text: str, language: str) -> None:
    assert find_placeholder(text, language) == ""


def test_todo_is_found_in_spanish_where_it_stands_alone() -> None:
    assert find_placeholder("TODO", "es") == find_placeholder("TODO: texto", "es") == "TODO"
