"""Adding voices to a manifest: they read back exactly, and nothing else moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from voiceops.core.spec import Spec
from voiceops.errors import FilesInvalid, FileUnusable
from voiceops.files.manifests.canonical import format_manifest
from voiceops.files.manifests.edit import (
    NewVoice,
    add_voices,
    find_undeclarable,
    is_matched,
    make_manifest,
)
from voiceops.files.manifests.read import read_manifest, read_manifests
from voiceops.files.yaml.text import is_plain, spell

VOICE = "qwen-tts-vd-anchor-voice-20251201102800123-a1b2"
MODEL = "qwen3-tts-vd-2026-01-26"
SPEC = Spec.of(
    voice_prompt="A composed man.", preview_text="Hi.", language="en", target_model=MODEL
)
ADDED = """\
new:
  voice_prompt: A composed man.
  preview_text: Hi.
  language: en
  target_model: qwen3-tts-vd-2026-01-26
"""
BRACES = f"voices: {{old: {{{', '.join(ADDED.splitlines()[1:])}}}}}\n"
OLD = ADDED.replace("new", "old")

SIGNS = [": ", " #", "# ", "- ", "---", "...", "'", '"', "\\", "|", ">-", "&a", "!!x", "%", "{"]
SPACES = ["\n", "\n\n", "\n ", " \n", "  ", "\t", "\r\n", "\u00a0", "\u2028", "\u202e", "\ufeff"]
WORDS = ["yes", "null", "1e3", "2026-01-01", "é", "沉稳", "\U0001f3a4", "\U000e0041", "<<", "~"]
PIECES = st.sampled_from([*SIGNS, *SPACES, *WORDS])
hostile = st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join)


@given(hostile, hostile)
@example("word  " * 40, "")
def test_what_can_be_declared_reads_back_exactly(prompt: str, preview: str) -> None:
    spec = Spec.of(
        voice_prompt=f"{prompt}A deep and calm voice of a man who has seen everything{preview}",
        preview_text=f"{preview}Hello to all of you out there, wherever you are{prompt}",
        language="en",
        target_model=MODEL,
    )
    assume(not find_undeclarable(spec))
    data = make_manifest([NewVoice("a", spec), NewVoice("b", spec, VOICE)])
    manifest = read_manifest(data, path="m.yaml")
    assert manifest.faults == ()
    read = [(voice.name, voice.desired and voice.desired.spec) for voice in manifest.declared]
    assert read == [("a", spec), ("b", spec)]
    assert manifest.declared[1].desired.adopt == VOICE
    assert format_manifest(data, path="m.yaml") == data


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        (SPEC, ""),
        (replace(SPEC, voice_prompt="A\x00"), "voice_prompt holds the control character U+0000"),
        (replace(SPEC, preview_text="\ud800"), "this is not YAML: "),
        (replace(SPEC, preview_text="Привет."), "preview_text is mainly in Cyrillic script, but"),
        (replace(SPEC, language="auto"), "language is 'auto', which the service does not speak"),
    ],
)
def test_what_cannot_be_declared_is_told(spec: Spec, fault: str) -> None:
    found = find_undeclarable(spec)
    assert found.startswith(fault)
    assert bool(found) == bool(fault)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("One.", ["  key: One."]),
        ("One: two.", ['  key: "One: two."']),
        ("One.\n\n  Two.", ["  key: |-", "    One.", "", "      Two."]),
        ("One. \nTwo.", [r'  key: "One. \nTwo."']),
        ("A\u202eB", [r'  key: "A\u202EB"']),
        (f"{'word ' * 20}end", ["  key: >-", "    " + "word " * 18 + "word", "    word end"]),
        ("w" * 100, ["  key: " + "w" * 100]),
        ("yes", ['  key: "yes"']),
    ],
)
def test_a_text_is_written_as_a_person_would(text: str, lines: list[str]) -> None:
    assert spell("key", text, indent=2) == lines


@pytest.mark.parametrize("text", ["a b", "it's", "a:b", "a#b", "沉稳", "-an", "?a", "100 voices"])
def test_plain_text_needs_no_quotes(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " a", "a ", "a: b", "a:", "a #b", "- a", "? a", "[a", "{a", "*a", "&a", "!a", "%a"),
        *("@a", "'a", '"a', "|", "> a", "yes", "No", "on", "null", "~", "1", "0x1f", "1_000"),
        *("12:30", "2026-01-01", ".5", "-.inf", "a\nb", "a\tb", "a\u00a0b"),
    ],
)
def test_what_could_be_read_otherwise_needs_quotes(text: str) -> None:
    assert not is_plain(text)


def test_a_name_that_others_would_not_take_for_text_is_quoted() -> None:
    text = make_manifest([NewVoice("no", SPEC), NewVoice("nope", SPEC)]).decode()
    assert [line for line in text.splitlines() if line.startswith("  ") and line[2] != " "] == [
        '  "no":',
        "  nope:",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("voices: {}  # none yet", "voices:  # none yet\n  NEW\n"),
        ("# top\nvoices:\n  OLD\n", "# top\nvoices:\n  OLD\n\n  NEW\n"),
        ("voices:\n  OLD", "voices:\n  OLD\n\n  NEW\n"),
        ("voices:\n\n    OLD\n\n\n# end\n", "voices:\n\n    OLD\n\n    NEW\n\n\n# end\n"),
        (
            "voices:\n  OLD\n    # of old\n\n  # other:\n\n# model\ndefaults:\n  language: de\n",
            "voices:\n  OLD\n    # of old\n\n  # other:\n\n  NEW\n\n# model\ndefaults:\n"
            "  language: de\n",
        ),
        ("---\nvoices:\n  OLD\n...\n# end\n", "---\nvoices:\n  OLD\n\n  NEW\n...\n# end\n"),
        ("voices:\n  {}\ndefaults: {}\n", "voices:\n  NEW\n\ndefaults: {}\n"),
        ("\ufeffvoices:\n OLD\n", "\ufeffvoices:\n OLD\n\n NEW\n"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_voices_stand_after_the_last_and_nothing_else_moves(
    before: str, after: str, line_end: str
) -> None:
    old, new = (_fill(text).replace("\n", line_end).encode() for text in (before, after))
    if "\n" not in before:
        new = _fill(after).encode()  # there is no line end to be followed
    assert add_voices(old, [NewVoice("new", SPEC)], path="m.yaml") == new
    assert read_manifest(new, path="m.yaml").declared[-1].name == "new"


def test_nothing_to_add_changes_nothing() -> None:
    assert add_voices(b"voices:   {}", [], path="m.yaml") == b"voices:   {}"


@pytest.mark.parametrize("text", ["{voices: {}}\n", "voices: {\n}\n", BRACES])
def test_braces_that_are_not_empty_are_refused(text: str) -> None:
    with pytest.raises(FileUnusable, match=r"m.yaml: its voices stand in braces"):
        add_voices(text.encode(), [NewVoice("new", SPEC)], path="m.yaml")


def test_a_file_that_would_be_too_large_is_refused() -> None:
    voices = [NewVoice(f"v{number}", SPEC) for number in range(9000)]
    with pytest.raises(FileUnusable, match="larger than 1,024 KiB"):
        add_voices(b"voices: {}\n", voices, path="m.yaml")


def test_a_faulty_file_is_left_alone() -> None:
    with pytest.raises(FilesInvalid, match="unknown key"):
        add_voices(b"voice: {}\n", [NewVoice("new", SPEC)], path="m.yaml")


@pytest.mark.parametrize(
    ("path", "glob"),
    [
        ("m/a.yaml", "m/**/*.yaml"),
        ("m/n/a.yaml", "m/**/*.yaml"),
        ("m/.n/a.yaml", "m/**/*.yaml"),
        ("m/a.yml", "m/*.yaml"),
        ("a.yaml", "*.yaml"),
        ("m/a.yaml", "*.yaml"),
        ("m/.a.yaml", "m/.*.yaml"),
    ],
)
def test_a_path_matches_as_a_file_there_is_found(tmp_path: Path, path: str, glob: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("voices: {}\n")
    assert is_matched(path, [glob]) == (path in read_manifests(tmp_path, (glob,)).paths)


def _fill(text: str) -> str:
    """Put the old and the new voice where their names stand, with their line's indentation."""
    lines = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip(" "))]
        body = {"OLD": OLD, "NEW": ADDED}.get(line.strip())
        lines += [indent + one for one in body.splitlines()] if body else [line]
    return "\n".join(lines)
