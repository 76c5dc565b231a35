"""Canonical manifests: one form, the same meaning, every comment."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from voiceops.core.desired import Desired
from voiceops.effects import System
from voiceops.errors import FilesInvalid, FileUnusable, Place
from voiceops.files.manifests.canonical import FIELDS, SECTIONS, format_manifest
from voiceops.files.manifests.format import plan_formatting, write_formatted
from voiceops.files.manifests.model import ManifestKeys, VoiceFields
from voiceops.files.manifests.read import read_manifest

MODEL = "target_model: qwen3-tts-vd-2026-01-26"
CANONICAL = f"""\
# The voices of a newsroom.

defaults:
  language: en
  {MODEL}

voices:  # in the order of the day
  # He reads at six.
  anchor:
    voice_prompt: >-
      A composed man
      with a deep voice.
    preview_text: "Good: evening."  # so it begins
    protect: true
    aliases: [news, "2"]

  weather:
    voice_prompt: A cheerful woman.
    preview_text: |-
      Rain.

      Sun.

  # later:
  #   voice_prompt: A young man.

# The end.
"""
CASES = {
    "keys stand in the order of the reference": (
        f"voices:\n  a:\n    language: en\n    {MODEL}\n    preview_text: Hi.\n"
        "    voice_prompt: Calm.\n",
        f"voices:\n  a:\n    voice_prompt: Calm.\n    preview_text: Hi.\n    language: en\n"
        f"    {MODEL}\n",
    ),
    "the defaults stand before the voices, and what is above the first key stays above": (
        f"# top\n\n# names\nvoices: {{}}\n# shared\ndefaults:\n  {MODEL}\n",
        f"# top\n\n# shared\ndefaults:\n  {MODEL}\n\n# names\nvoices: {{}}\n",
    ),
    "braces become lines": (
        "defaults: {target_model: qwen3-tts-vd, # model\n  language: 'en'} # both\nvoices: {  }\n",
        "defaults:  # both\n  language: en\n  target_model: qwen3-tts-vd  # model\n\nvoices: {}\n",
    ),
    "comments in empty braces move above them": (
        "voices: { # none\n # yet\n}\n",
        "# none\n# yet\nvoices: {}\n",
    ),
    "a list with comments has a line for each item": (
        "voices:\n a:\n  aliases: [ b, # was\n   'c' ]\n  voice_prompt: Calm.\n"
        f"  preview_text: Hi.\n  language: en\n  {MODEL}\n",
        "voices:\n  a:\n    voice_prompt: Calm.\n    preview_text: Hi.\n    language: en\n"
        f"    {MODEL}\n    aliases:\n      - b  # was\n      - c\n",
    ),
    "a comment below a list that is not indented belongs to the next key": (
        "voices:\n a:\n  aliases:\n  - b\n  # model\n  target_model: qwen3-tts-vd\n"
        "  voice_prompt: Calm.\n  preview_text: Hi.\n  language: en\n",
        "voices:\n  a:\n    voice_prompt: Calm.\n    preview_text: Hi.\n    language: en\n"
        "    # model\n    target_model: qwen3-tts-vd\n    aliases:\n      - b\n",
    ),
    "line ends, byte order mark, trailing space and blank lines go": (
        "\ufeff---\r\n\r\nvoices:  \r\n\r\n\r\n# none  \r\n\r\n {}\r\n\r\n",
        "---\n# none\nvoices: {}\n",
    ),
    "what stands between the end of a document and that of the file stays": (
        "voices: {}\n...\n# end\n",
        "voices: {}\n\n# end\n",
    ),
    "a comment between key and value moves above them": (
        "defaults:\n    language: # why\n      en  # English\nvoices: {}\n",
        "defaults:\n  # why\n  language: en  # English\n\nvoices: {}\n",
    ),
    "a question mark before a key goes": ("? |-  # key\n  voices\n: {}\n", "voices: {}  # key\n"),
}
TEXTS = {
    "quotes that are not needed go": ("'It is fine.'", "It is fine."),
    "quotes around a truth value of other readers stay": ("'yes'", "'yes'"),
    "what other readers take for a truth value gets quotes": ("no", '"no"'),
    "quotes around a colon stay": ('"Now: this."', '"Now: this."'),
    "quotes around what cannot be seen stay": (r'"A\u202eB"', r'"A\u202eB"'),
    "a text of several lines stays as it is": ("One\n             two.", "One\n      two."),
    "quotes over several lines stay": ('"One\n   two."', '"One\n      two."'),
    "a block keeps its lines": (">-\n     One\n       two.\n", ">-\n      One\n        two."),
    "blank lines at the end of a block go": ("|+  # why\n     One.\n\n\n", "|  # why\n      One."),
    "a block that begins with spaces says so": ("|1-\n       One\n", "|2-\n         One"),
    "blanks at the line ends of a block go": (
        "|-\n     One. \n     \n     Two.\t\n",
        "|-\n      One.\n\n      Two.",
    ),
    "blanks where a fold keeps them stay": (
        ">-\n     One. \n     Two.\n",
        ">-\n      One. \n      Two.",
    ),
    "a value below its key moves up": ("\n     One.", "One."),
}

VOICE = f"{{voice_prompt: Calm., preview_text: Hi., language: en, {MODEL}}}\n"
FORMATTED = f"\n    voice_prompt: Calm.\n    preview_text: Hi.\n    language: en\n    {MODEL}\n"
NOT_TEXT = (
    *("y", "Y", "n", "N", "yes", "Yes", "NO", "no", "on", "ON", "off", "Off"),
    *("true", "True", "TRUE", "false", "null", "Null", "NULL"),
    *("0", "12", "0123", "089", "0x1F", "0o17", "0b101", "1_000", "1e3", "1E3", "0x_f"),
)


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_a_manifest_gets_its_form(before: str, after: str) -> None:
    assert _format(before) == after
    assert _format(after) == after


@pytest.mark.parametrize("name", NOT_TEXT)
def test_a_name_that_another_reader_would_not_take_for_text_is_quoted(name: str) -> None:
    for written in (name, f"'{name}'", f'"{name}"'):
        assert _format(f"voices:\n  {written}: {VOICE}") == f'voices:\n  "{name}":{FORMATTED}'


@pytest.mark.parametrize("name", ["none", "nan", "inf", "e1", "_1", "x1", "nope", "o_17"])
def test_a_name_that_is_text_for_everybody_is_not_quoted(name: str) -> None:
    assert _format(f"voices:\n  '{name}': {VOICE}") == f"voices:\n  {name}:{FORMATTED}"


names = st.from_regex(re.compile(r"[A-Za-z0-9_]{1,6}", re.ASCII), fullmatch=True)


@given(names | st.sampled_from(NOT_TEXT), names | st.sampled_from(NOT_TEXT))
def test_every_reader_of_yaml_finds_the_names_that_we_find(name: str, alias: str) -> None:
    assume(name != alias)
    aliases = VOICE.replace("}", f", aliases: ['{alias}']}}")
    text = _format(f"voices:\n  '{name}': {aliases}")
    ruamel = YAML(typ="safe", pure=True)  # of YAML 1.2
    for found in (yaml.safe_load(text), ruamel.load(text)):  # PyYAML reads YAML 1.1
        assert {key: value["aliases"] for key, value in found["voices"].items()} == {name: [alias]}


@pytest.mark.parametrize(("before", "after"), TEXTS.values(), ids=TEXTS)
def test_a_text_gets_its_form(before: str, after: str) -> None:
    rest = f"    preview_text: Hi.\n    language: en\n    {MODEL}\n"
    messy = f"voices:\n a:\n   language: en\n   {MODEL}\n   preview_text: Hi.\n   voice_prompt: "
    tidy = f"voices:\n  a:\n    voice_prompt: {after}\n{rest}"
    assert _format(f"{messy}{before}\n") == tidy
    assert _format(tidy) == tidy


def test_what_is_canonical_stays_as_it_is() -> None:
    assert _format(CANONICAL) == CANONICAL


def test_one_value_that_changes_is_one_line_that_changes() -> None:
    edited = _format(CANONICAL.replace("A cheerful woman.", "'A sad woman.'"))
    pairs = zip(CANONICAL.split("\n"), edited.split("\n"), strict=True)
    assert [after for before, after in pairs if before != after] == [
        "    voice_prompt: A sad woman."
    ]


def test_every_key_has_its_place() -> None:
    assert set(SECTIONS) == set(ManifestKeys.model_fields)
    assert set(FIELDS) == set(VoiceFields.model_fields)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("voices: {a: [b}\n", "what begins here is not closed"),
        ("voices: &all {}\n", "YAML anchors are not allowed"),
        ("voices: {}\nvoices: {}\n", "'voices' is there twice"),
        ("voice: {}\n", "unknown key 'voice'"),
        ("", "the file is empty"),
    ],
)
def test_a_faulty_manifest_is_reported_as_validate_reports_it(text: str, fault: str) -> None:
    with pytest.raises(FilesInvalid, match=fault) as caught:
        _format(text)
    assert caught.value.faults == read_manifest(text.encode(), path="m.yaml").faults


WORDS = st.sampled_from(
    ["calm", "a # b", "x: y", "it's", '"so"', "- z", "né", "沉", "{q, r}", "\\"]
)
texts = st.lists(WORDS, min_size=1, max_size=6).map(
    lambda words: "Well and truly spoken with care " + " ".join(words)
)
comments = st.lists(st.sampled_from(["# one", "#two: 'x'", "# three\n\n", "\n"]), max_size=2)


@st.composite
def scalars(draw: st.DrawFn, column: int) -> str:
    """Write a text in any style, below a key at this column."""
    text = draw(texts)
    pad = "\n" + " " * (column + draw(st.integers(1, 4)))
    lines = text.replace(" ", pad)
    space = draw(st.sampled_from([" ", pad]))
    match draw(st.sampled_from(["double", "single", "literal", "folded", "below"])):
        case "double":
            return json.dumps(text, ensure_ascii=False).replace(" ", space)
        case "single":
            return "'" + text.replace("'", "''").replace(" ", space) + "'"
        case "literal":
            return f"|{draw(st.sampled_from(['', '-', '+']))}{pad}{lines}"
        case "folded":
            return f">{draw(st.sampled_from(['', '-', '+  # head']))}{pad}{lines}\n"
        case _:
            return f"{pad}{json.dumps(text)}"


@st.composite
def messes(draw: st.DrawFn) -> str:
    """Write a sound manifest in no particular form, comments anywhere."""
    step, inner = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    deep = "\n" + " " * 12
    lines: list[str] = []

    def remark(column: int) -> str:
        lines.extend(
            (" " * draw(st.integers(0, 9)) if draw(st.booleans()) else " " * column) + line
            for line in draw(comments)
        )
        return " " * column

    def beside() -> str:
        return draw(st.sampled_from(["", "", " # beside", "   #beside"]))

    sections = draw(st.permutations(["voices", "defaults"]))
    for section in sections:
        lines.append(f"{remark(0)}{section}:{beside()}")
        if section == "defaults":
            lines.append(f"{remark(step)}{MODEL}{beside()}")
            continue
        for name in draw(st.permutations(["a", "b", "language"]))[: draw(st.integers(1, 3))]:
            lines.append(f"{remark(step)}{name}:{beside()}")
            column = step + inner
            fields = {
                "voice_prompt": draw(scalars(column)),
                "preview_text": draw(scalars(column)),
                "language": draw(st.sampled_from(["en", "'en'", f"{deep}en"])),
                "protect": "true",
                "aliases": draw(
                    st.sampled_from(["[]", f"[ 'x_{name}' ]", f"[x{name}, # c{deep}]"])
                ),
            }
            for field, value in draw(st.permutations(list(fields.items()))):
                rest = "" if value.startswith(("|", ">")) else beside()
                lines.append(f"{remark(column)}{field}: {value}{rest}")
    remark(0)
    return "\n".join(lines) + "\n"


@given(messes(), st.sampled_from(["\n", "\r\n", "\r"]))
def test_formatting_keeps_meaning_and_comments_and_is_done_once(text: str, line_end: str) -> None:
    before = read_manifest(text.encode(), path="m.yaml")
    assert before.faults == ()
    formatted = _format(text.replace("\n", line_end))
    assert _format(formatted) == formatted
    after = read_manifest(formatted.encode(), path="m.yaml")
    assert [_unplaced(voice.desired) for voice in after.declared] == [
        _unplaced(voice.desired) for voice in before.declared
    ]
    assert _count_comments(formatted) == _count_comments(text)


def test_only_what_would_change_is_written(tmp_path: Path) -> None:
    _put(tmp_path, {"m/a.yaml": CANONICAL, "m/b.yaml": "voices:   {}\n", "m/c.yaml": "x\n"})
    made = plan_formatting(tmp_path, ["m/*.yaml"], (), here=tmp_path)
    assert (made.files, made.changes) == (3, {"m/b.yaml": b"voices: {}\n"})
    assert [fault.place.path for fault in made.faults] == ["m/c.yaml"]
    before = (tmp_path / "m/a.yaml").stat()
    write_formatted(tmp_path, made, effects=System())
    assert (tmp_path / "m/b.yaml").read_bytes() == b"voices: {}\n"
    assert (tmp_path / "m/c.yaml").read_text() == "x\n"
    assert (tmp_path / "m/a.yaml").stat() == before


def test_paths_choose_files_and_folders(tmp_path: Path) -> None:
    messy = "voices:   {}\n"
    _put(tmp_path, {"m/a.yaml": messy, "m/n/b.yaml": messy, "other.yaml": messy})

    def changed(*paths: str) -> list[str]:
        return list(plan_formatting(tmp_path, ["m/**/*.yaml"], paths, here=tmp_path).changes)

    assert changed() == ["m/a.yaml", "m/n/b.yaml"]
    assert changed(".") == ["m/a.yaml", "m/n/b.yaml"]
    assert changed("m/n", "./m/n/b.yaml") == ["m/n/b.yaml"]
    assert changed(str(tmp_path / "other.yaml")) == ["other.yaml"]
    with pytest.raises(FileUnusable, match="outside of the project"):
        changed("../x.yaml")
    missing = plan_formatting(tmp_path, [], ["none.yaml"], here=tmp_path)
    assert (missing.changes, len(missing.faults)) == ({}, 1)


def _format(text: str) -> str:
    return format_manifest(text.encode(), path="m.yaml").decode()


def _put(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _unplaced(desired: Desired | None) -> Desired | None:
    return desired and replace(desired, place=Place("", 0, 0))


def _count_comments(text: str) -> dict[str, int]:
    """Count the comments, which no text in these manifests looks like."""
    found = re.findall(r"# ?(?:one|two: 'x'|three|beside|head|c)\b[^\n]*", text.replace("\r", "\n"))
    return {comment.rstrip(): found.count(comment) for comment in found}


def test_a_path_is_looked_for_from_here_and_then_from_the_project(tmp_path: Path) -> None:
    """As pre-commit names files: from the top of the repository, which may be above the project."""
    root = tmp_path / "voices"
    (root / "m").mkdir(parents=True)
    (root / "m" / "a.yaml").write_bytes(b"voices:   {}\n")

    def paths(*said: str, here: Path) -> list[str]:
        return list(plan_formatting(root, ["m/*.yaml"], said, here=here).changes)

    assert paths("voices/m/a.yaml", here=tmp_path) == ["m/a.yaml"]
    assert paths("voices", here=tmp_path) == ["m/a.yaml"]
    assert paths("m/a.yaml", here=tmp_path) == ["m/a.yaml"]
    assert paths("a.yaml", here=root / "m") == ["m/a.yaml"]
