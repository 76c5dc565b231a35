"""What a family does not take is told by validate, all of it in one run, at its place."""

from __future__ import annotations

import pytest

from voiceops.errors import FilesInvalid
from voiceops.files.manifests.read import join_manifests, read_manifest

COSYVOICE = "cosyvoice-v3.5-plus"
SENTENCE = "Good evening, and welcome."


def read(model: str = COSYVOICE, name: str = "anchor", **values: str) -> list[str]:
    """Read a manifest of one voice: what is wrong with it, and how it may be mended."""
    fields = {"voice_prompt": "A deep voice.", "preview_text": SENTENCE, "language": "en"}
    lines = [f"    {key}: {value}" for key, value in {**fields, **values}.items()]
    text = "\n".join([f"defaults: {{target_model: {model}}}", "voices:", f"  {name}:", *lines, ""])
    try:
        join_manifests({"m.yaml": read_manifest(text.encode(), path="m.yaml")})
    except FilesInvalid as error:
        return [f"{fault}; {fault.hint}" for fault in error.faults]
    return []


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({}, []),
        ({"name": "Anchor_2", "sent_as": "anchor2"}, []),
        (
            {"name": "Anchor_2"},
            [
                "m.yaml:3:3: the name 'Anchor_2' cannot be sent as Anchor_2: voice-enrollment "
                "takes 1 to 10 of a-z 0-9; write `sent_as: anchor2`"
            ],
        ),
        (
            {"sent_as": "weatherforecast"},
            [
                "m.yaml:7:14: sent_as cannot be sent as weatherforecast: voice-enrollment takes "
                "1 to 10 of a-z 0-9; write `sent_as: weatherfor`"
            ],
        ),
        (
            {"voice_prompt": "deep " * 101, "preview_text": "Hello " * 34},
            [
                "m.yaml:4:19: voice_prompt has 504 characters; voice-enrollment takes 500; "
                "shorten it",
                "m.yaml:5:19: preview_text has 203 characters; voice-enrollment takes 200; "
                "shorten it",
            ],
        ),
        (
            {"preview_text": "Good evening."},
            [
                "m.yaml:5:19: preview_text has 13 characters; voice-enrollment takes no fewer than "
                "15; write a longer sentence"
            ],
        ),
        (
            {"language": "de", "sample_rate": "8000", "response_format": "opus"},
            [
                "m.yaml:6:15: language is de, which voice-enrollment does not take; "
                "write one of zh, en",
                "m.yaml:7:18: sample_rate is 8000, which voice-enrollment does not take; "
                "write one of 16000, 24000, 48000",
                "m.yaml:8:22: response_format is opus, which voice-enrollment does not take; "
                "write one of pcm, wav, mp3",
            ],
        ),
    ],
)
def test_a_voice_must_fit_its_family(values: dict[str, str], faults: list[str]) -> None:
    assert read(**values) == faults


@pytest.mark.parametrize(
    ("model", "meant"),
    [
        ("cosyvoice-v3.5-plus", None),
        ("qwen-audio-9.9-tts", None),
        ("qwen3-tts-vd-2027-01-01", None),
        ("cosy-v3.5-plus", "did you mean cosyvoice-v3.5-plus? "),
        ("soundly-7", ""),
    ],
)
def test_a_model_of_no_family_needs_one(model: str, meant: str | None) -> None:
    hint = f"{meant}for a model that is new, add `family: qwen` or `family: cosyvoice`"
    message = f"m.yaml:1:12: target_model '{model}' is of no family that voiceops knows; {hint}"
    assert read(model) == ([] if meant is None else [message])
    assert (read(model, family="cosyvoice") == []) == (not model.startswith("qwen3"))


def test_two_names_may_not_be_sent_as_one() -> None:
    text = f"""\
defaults: {{target_model: {COSYVOICE}, language: en}}
voices:
  news: {{voice_prompt: A deep voice., preview_text: {SENTENCE!r}}}
  News_2: {{sent_as: news, voice_prompt: A high voice., preview_text: {SENTENCE!r}}}
"""
    with pytest.raises(FilesInvalid) as caught:
        join_manifests({"m.yaml": read_manifest(text.encode(), path="m.yaml")})
    (fault,) = caught.value.faults
    assert str(fault) == "m.yaml:4:3: News_2 is sent as news, as news is, see m.yaml:3:3"
    assert fault.hint == "give one of them another `sent_as`"
