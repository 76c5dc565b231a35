from __future__ import annotations

import json
import os
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceops.core.desired import Desired
from voiceops.core.facts import Overlooked
from voiceops.core.spec import Spec
from voiceops.errors import Fault, FilesInvalid, FileUnusable, Place
from voiceops.files.manifests.read import (
    Manifests,
    join_manifests,
    manifest_schema,
    read_manifest,
    read_manifests,
)
from voiceops.files.yaml.checks import MAX_FAULTS_A_FILE
from voiceops.threads import do_side_by_side

MODEL = "qwen3-tts-vd-2026-01-26"
VOICE = "qwen-tts-vd-old-voice-20260131102800123-a1b2"
FIELDS = f"""\
    voice_prompt: A calm voice
    preview_text: Good evening
    language: en
    target_model: {MODEL}
"""
NOT_IN_CYRILLIC = "voice_prompt is mainly in Cyrillic script; the service takes English and Chinese"
EVERYWHERE = ("manifests/**/*.yaml",)


def voices(*names: str, extra: str = "") -> str:
    return "voices:\n" + "".join(f"  {name}:\n{FIELDS}{extra}" for name in names)


def one_voice(**changes: str) -> str:
    """Write a voice `a` whose lines are these, in the order of FIELDS, then others."""
    lines = {
        "voice_prompt": "A calm voice",
        "preview_text": "Good evening",
        "language": "en",
        "target_model": MODEL,
    }
    lines.update(changes)
    return "voices:\n  a:\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items())


def join(**texts: str) -> Manifests:
    """Read texts as files called f.yaml, g.yaml …, without a disk."""
    return join_manifests(
        {
            f"{name}.yaml": read_manifest(
                text.encode("utf-8", "surrogatepass"), path=f"{name}.yaml"
            )
            for name, text in texts.items()
        }
    )


def faults_of(**texts: str) -> list[str]:
    with pytest.raises(FilesInvalid) as caught:
        join(**texts)
    return [str(fault) for fault in caught.value.faults]


def fault_of(text: str) -> tuple[str, str]:
    with pytest.raises(FilesInvalid) as caught:
        join(f=text)
    (fault,) = caught.value.faults
    return str(fault), fault.hint


def desired_of(text: str) -> Desired:
    (desired,) = join(f=text).desired
    return desired


def test_a_voice_is_read_with_everything_that_it_says():
    text = """\
        voices:
          announcer:
            voice_prompt: "  A calm voice,\\r\\ncafe\\u0301 "
            preview_text: |
              Good evening,
              here is the news.
            language: en
            target_model: qwen3-tts-vd-2026-01-26
            sample_rate: 48000
            response_format: mp3
            protect: true
            aliases: [speaker, reader]
            adopt: qwen-tts-vd-old-voice-20260131102800123-a1b2
        """
    assert desired_of(textwrap.dedent(text)) == Desired(
        name="announcer",
        spec=Spec("A calm voice,\ncafé", "Good evening,\nhere is the news.", "en", MODEL),
        place=Place("f.yaml", 2, 3),
        sample_rate_hz=48000,
        response_format="mp3",
        protect=True,
        aliases=("speaker", "reader"),
        adopt=VOICE,
    )


def test_what_a_voice_does_not_say_is_the_services_default():
    text = one_voice(preview_text="晚上好").replace("    language: en\n", "")
    desired = desired_of(text)
    assert desired.spec.language == "zh"
    assert (desired.sample_rate_hz, desired.response_format) == (24000, "wav")
    assert desired.protect is None
    assert (desired.aliases, desired.adopt) == ((), None)


def test_defaults_fill_in_what_a_voice_lacks():
    text = f"""\
        defaults: {{language: en, target_model: {MODEL}, sample_rate: 8000, protect: true}}
        voices:
          a: {{voice_prompt: Calm, preview_text: Hello}}
          b: {{voice_prompt: Calm, preview_text: Hallo, language: de, protect: false}}
        """
    a, b = join(f=textwrap.dedent(text)).desired
    assert a.spec == Spec("Calm", "Hello", "en", MODEL)
    assert b.spec == Spec("Calm", "Hallo", "de", MODEL)
    assert (a.sample_rate_hz, b.sample_rate_hz) == (8000, 8000)
    assert (a.protect, b.protect) == (True, False)


def test_voices_of_several_files_are_sorted_by_name_and_case_counts():
    manifests = join(g=voices("news", "b"), f=voices("News", "a"))
    assert [desired.name for desired in manifests.desired] == ["News", "a", "b", "news"]
    assert manifests.paths == ("f.yaml", "g.yaml")


def test_no_voice_may_be_wanted():
    assert join(f="voices: {}") == Manifests((), (), ("f.yaml",))


def test_names_that_look_like_other_values_are_names():
    names = ["0", "123", "no", "null", "true"]
    assert [desired.name for desired in join(f=voices(*reversed(names))).desired] == names


@pytest.mark.parametrize(
    ("text", "fault", "hint"),
    [
        ("", "1:1: the file is empty", "declare voices under `voices:`, or delete the file"),
        (
            "# talk\n",
            "1:1: the file is empty",
            "declare voices under `voices:`, or delete the file",
        ),
        ("defaults: {}", "1:1: manifest lacks voices", "add `voices:`"),
        ("voices:", "1:8: voices has no value", "give it a value, or take the line out"),
        (
            "voices: [a]",
            "1:9: voices must be a mapping, not a list",
            "write its keys below it, each indented and with a colon",
        ),
        (
            "just text",
            "1:1: manifest must be a mapping, not text",
            "write its keys below it, each indented and with a colon",
        ),
        ("voices: {}\nvoice: {}", "2:1: unknown key 'voice'", "did you mean voices?"),
        ("voices: {}\nxyz: {}", "2:1: unknown key 'xyz'", "write one of defaults, voices"),
        ("voices: {a: &x {}}", "1:13: YAML anchors are not allowed", None),
        (
            "defaults: {voice_prompt: Calm}\nvoices: {}",
            "1:12: voice_prompt cannot stand under defaults",
            "move it to the voice that it is for",
        ),
        (
            "defaults: 3\nvoices: {}",
            "1:11: defaults must be a mapping, not a whole number",
            "write its keys below it, each indented and with a colon",
        ),
        (
            "defaults: {sample_rate: 1}\nvoices: {}",
            "1:25: sample_rate is 1, which the service does not offer",
            "write one of 8000, 16000, 24000, 48000",
        ),
        (
            "voices: {a: }",
            "1:13: a must be a mapping, not nothing",
            "write its keys below it, each indented and with a colon",
        ),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(text, fault, hint):
    found, found_hint = fault_of(text)
    assert found == f"f.yaml:{fault}"
    assert hint is None or found_hint == hint


@pytest.mark.parametrize(
    ("changes", "fault", "hint"),
    [
        (
            {"voice_prompt": "é" * 2049},
            "3:19: voice_prompt has 2,049 characters; the service takes 2,048",
            "shorten it",
        ),
        (
            {"preview_text": "a" * 1025},
            "4:19: preview_text has 1,025 characters; the service takes 1,024",
            "shorten it",
        ),
        ({"voice_prompt": "' '"}, "3:19: voice_prompt is empty", "write a text"),
        (
            {"preview_text": ""},
            "4:18: preview_text has no value",
            "give it a value, or take the line out",
        ),
        ({"voice_prompt": "12"}, "3:19: voice_prompt must be text, not a whole number", None),
        ({"voice_prompt": "'12'"}, "3:19: voice_prompt has no letters", None),
        (
            {"voice_prompt": '"a\\x07b"'},
            "3:19: voice_prompt holds the control character U+0007",
            "take it out",
        ),
        (
            {"voice_prompt": '"\\va"'},
            "3:19: voice_prompt holds the control character U+000B",
            "take it out",
        ),
        (
            {"preview_text": '"a\\0"'},
            "4:19: preview_text holds the control character U+0000",
            "take it out",
        ),
        (
            {"preview_text": '"a\\N"'},
            "4:19: preview_text holds the control character U+0085",
            "take it out",
        ),
        (
            {"voice_prompt": "Спокойный голос"},
            f"3:19: {NOT_IN_CYRILLIC}",
            None,
        ),
        (
            {"language": "ru"},
            "4:19: preview_text is mainly in Latin script, but its language is ru (Russian)",
            None,
        ),
        (
            {"language": "EN"},
            "5:15: language is 'EN', which the service does not speak",
            "did you mean en? the service speaks zh, en, de, it, pt, es, ja, ko, fr, ru",
        ),
        (
            {"language": "german"},
            "5:15: language is 'german', which the service does not speak",
            "did you mean de? the service speaks zh, en, de, it, pt, es, ja, ko, fr, ru",
        ),
        (
            {"language": "pt-BR"},
            "5:15: language is 'pt-BR', which the service does not speak",
            "did you mean pt? the service speaks zh, en, de, it, pt, es, ja, ko, fr, ru",
        ),
        (
            {"language": "no"},
            "5:15: language is 'no', which the service does not speak",
            None,
        ),
        ({"target_model": "''"}, "6:19: target_model is empty", "write a text"),
        (
            {"sample_rate": "'24000'"},
            "7:18: sample_rate must be a whole number, not text",
            "write digits alone, without quotes",
        ),
        (
            {"sample_rate": "24000.0"},
            "7:18: sample_rate must be a whole number, not a number with a point",
            "write digits alone, without quotes",
        ),
        (
            {"sample_rate": "true"},
            "7:18: sample_rate must be a whole number, not true or false",
            "write digits alone, without quotes",
        ),
        (
            {"sample_rate": "44100"},
            "7:18: sample_rate is 44100, which the service does not offer",
            "write one of 8000, 16000, 24000, 48000",
        ),
        (
            {"response_format": "MP3"},
            "7:22: response_format is 'MP3', which the service does not offer",
            "did you mean mp3?",
        ),
        (
            {"protect": "yes"},
            "7:14: protect must be true or false, not text",
            "write true or false, without quotes",
        ),
        (
            {"adopt": "qwen-tts-vc-a-voice-20260131102800123-a1b2"},
            "7:12: adopt is 'qwen-tts-vc-a-voice-20260131102800123-a1b2', "
            "which is not the name of a designed voice",
            "write the name that the service generated, "
            "like qwen-tts-vd-NAME-voice-20260131102800123-a1b2",
        ),
        (
            {"aliases": "old"},
            "7:14: aliases must be a list, not text",
            "write [a, b], or a line with `- ` for each",
        ),
        (
            {"aliases": "[ok, not-ok]"},
            "7:19: an item of aliases holds '-', which no name may hold",
            "write not_ok: use 1 to 16 of A-Z a-z 0-9 _",
        ),
        (
            {"aliases": "[7]"},
            "7:15: an item of aliases must be text, not a whole number",
            "put it in quotes",
        ),
        ({"aliases": "[a]"}, "7:15: the alias a is the voice's own name", "take the alias out"),
        (
            {"preferred_name": "x"},
            "7:5: preferred_name cannot stand under a",
            "the key above it is the voice's name",
        ),
        (
            {"respons_format": "x"},
            "7:5: unknown key 'respons_format'",
            "did you mean response_format?",
        ),
        (
            {"sk-0123456789": "x"},
            "7:5: unknown key a text that looks like an API key",
            None,
        ),
    ],
)
def test_a_faulty_value_is_reported_at_its_place(changes, fault, hint):
    found, found_hint = fault_of(one_voice(**changes))
    assert found == f"f.yaml:{fault}"
    assert hint is None or found_hint == hint


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("a2345678901234567", "has 17 characters; the service takes 16"),
        ("news-desk", "holds '-', which no name may hold"),
        ("café", "holds 'é', which no name may hold"),
        ("''", "is empty"),
    ],
)
def test_a_name_that_the_service_would_refuse_is_reported(name, fault):
    shown = name if name == "''" else repr(name)
    assert fault_of(voices(name))[0] == f"f.yaml:2:3: the name {shown} {fault}"


def test_lengths_count_after_normalising():
    prompt = "e\u0301" * 2048
    assert len(desired_of(one_voice(voice_prompt=f'"  {prompt}  "')).spec.voice_prompt) == 2048


def test_missing_keys_are_reported_at_the_voices_name():
    assert faults_of(f="voices:\n  a: {}\n") == [
        "f.yaml:2:3: a lacks preview_text",
        "f.yaml:2:3: a lacks target_model",
        "f.yaml:2:3: a lacks voice_prompt",
    ]


def test_a_language_that_nobody_set_is_named_as_the_default():
    assert fault_of(one_voice().replace("    language: en\n", "")) == (
        "f.yaml:4:19: preview_text is mainly in Latin script, but its language is zh by default",
        "say which language it is: `language: en` for English",
    )


def test_a_faulty_default_is_reported_once_and_where_it_stands():
    text = """\
        defaults:
          language: englisch
          target_model: ""
        voices:
          a: {voice_prompt: Calm, preview_text: Hello}
          b: {voice_prompt: Calm, preview_text: Hello}
        """
    assert faults_of(f=textwrap.dedent(text)) == [
        "f.yaml:2:13: language is 'englisch', which the service does not speak",
        "f.yaml:3:17: target_model is empty",
    ]


def test_all_faults_of_all_files_are_reported_in_one_run_sorted_by_place():
    assert faults_of(
        g=one_voice(language="xx", protect="1"),
        f=voices("b", "b", extra="    typo: 1\n"),
        h="a: [b",
        e=one_voice(voice_prompt="Голос").replace("  a:", "  c:"),
    ) == [
        f"e.yaml:3:19: {NOT_IN_CYRILLIC}",
        "f.yaml:2:3: 'b' is there twice, again in line 8",
        "f.yaml:7:5: unknown key 'typo'",
        "f.yaml:8:3: 'b' is there twice, first in line 2",
        "f.yaml:13:5: unknown key 'typo'",
        "g.yaml:5:15: language is 'xx', which the service does not speak",
        "g.yaml:7:14: protect must be true or false, not a whole number",
        "h.yaml:1:4: what begins here is not closed",
    ]


def test_a_name_declared_in_two_files_is_reported_in_both():
    assert faults_of(f=voices("a", "b"), g=voices("b"), h=voices("b")) == [
        "f.yaml:7:3: b is declared twice, again at g.yaml:2:3",
        "g.yaml:2:3: b is declared twice, first at f.yaml:7:3",
        "h.yaml:2:3: b is declared twice, first at f.yaml:7:3",
    ]


def test_an_alias_belongs_to_one_voice():
    aliases = "    aliases: [old, b]\n"
    assert faults_of(f=voices("a", extra=aliases), g=voices("b", extra="    aliases: [old]\n")) == [
        "f.yaml:7:15: old is claimed as an alias twice, again at g.yaml:7:15",
        "g.yaml:7:15: old is claimed as an alias twice, first at f.yaml:7:15",
    ]


def test_a_voice_is_adopted_once():
    assert faults_of(f=voices("a", "b", extra=f"    adopt: {VOICE}\n")) == [
        f"f.yaml:7:12: {VOICE} is adopted twice, again at f.yaml:13:12",
        f"f.yaml:13:12: {VOICE} is adopted twice, first at f.yaml:7:12",
    ]


def test_contradictions_are_found_between_voices_that_are_faulty_themselves():
    broken = "    aliases: [old]\n    sample_rate: 1\n"
    assert faults_of(f=voices("a", "b", extra=broken)) == [
        "f.yaml:7:15: old is claimed as an alias twice, again at f.yaml:14:15",
        "f.yaml:8:18: sample_rate is 1, which the service does not offer",
        "f.yaml:14:15: old is claimed as an alias twice, first at f.yaml:7:15",
        "f.yaml:15:18: sample_rate is 1, which the service does not offer",
    ]


def test_an_unknown_model_is_a_warning_where_it_is_written():
    text = "defaults: {target_model: qwen3-tts-vd-2026-01-27}\n"
    text += one_voice(target_model="qwen3-tts-vd-x")
    text += "  b: {voice_prompt: Calm, preview_text: Hi, language: en}\n"
    manifests = join(f=text)
    assert [desired.spec.target_model for desired in manifests.desired] == [
        "qwen3-tts-vd-x",
        "qwen3-tts-vd-2026-01-27",
    ]
    assert manifests.warnings == (
        Fault(
            Place("f.yaml", 1, 26),
            "target_model 'qwen3-tts-vd-2026-01-27' is not one that voiceops knows",
            f"did you mean {MODEL}?",
        ),
        Fault(
            Place("f.yaml", 7, 19),
            "target_model 'qwen3-tts-vd-x' is not one that voiceops knows",
            f"did you mean {MODEL}?",
        ),
    )


def test_a_file_with_very_many_faults_shows_the_first_ones():
    faults = faults_of(f="voices:\n" + "".join(f"  v{n}: 1\n" for n in range(20_000)))
    assert len(faults) == MAX_FAULTS_A_FILE + 1
    assert faults[-1] == "f.yaml:1002:10: the file has more faults"


A_VOICE = voices("a")


def write(root, path, text=A_VOICE):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_manifests_are_found_in_all_folders_sorted_and_each_once(tmp_path):
    write(tmp_path, "manifests/b.yaml", voices("b"))
    write(tmp_path, "manifests/a/c.yaml", voices("c"))
    write(tmp_path, "manifests/.hidden.yaml", voices("x"))
    write(tmp_path, "manifests/.git/x.yaml", voices("x"))
    write(tmp_path, "manifests/notes.txt", "no manifest")
    write(tmp_path, "other/d.yaml", voices("d"))
    manifests = read_manifests(tmp_path, ("manifests/**/*.yaml", "./*/b.yaml", "manifests/a/*"))
    assert manifests.paths == ("manifests/a/c.yaml", "manifests/b.yaml")
    assert [desired.name for desired in manifests.desired] == ["b", "c"]
    assert manifests.desired[0].place == Place("manifests/b.yaml", 2, 3)


@pytest.mark.parametrize(
    ("glob", "paths"),
    [
        ("**/*.yaml", ["a.yaml", "x/b.yaml", "x/y/c.yaml"]),
        ("x/**", ["x/b.yaml", "x/y/c.yaml"]),
        ("**/y/**/c.yaml", ["x/y/c.yaml"]),
        ("x/*", ["x/b.yaml"]),
        ("x/*/*.yaml", ["x/y/c.yaml"]),
        ("?.yaml", ["a.yaml"]),
        ("[!b].yaml", ["a.yaml"]),
        (".h/*.yaml", [".h/d.yaml"]),
        ("nowhere/**/*.yaml", []),
    ],
)
def test_globs_match_as_in_a_shell(tmp_path, glob, paths):
    for name, path in zip("abcd", ("a", "x/b", "x/y/c", ".h/d"), strict=True):
        write(tmp_path, f"{path}.yaml", voices(name))
    assert list(read_manifests(tmp_path, (glob,)).paths) == paths


@pytest.mark.parametrize(
    ("glob", "message"),
    [
        ("../*.yaml", "the glob '../*.yaml' leaves the project"),
        ("a/../../*.yaml", "the glob 'a/../../*.yaml' leaves the project"),
        ("/etc/*.yaml", "the glob '/etc/*.yaml' leaves the project"),
        ("C:/voices/*.yaml", "the glob 'C:/voices/*.yaml' leaves the project"),
        ("a\\*.yaml", "the glob 'a\\\\*.yaml' holds a backslash"),
        ("", "the glob '' names no file"),
    ],
)
def test_a_glob_that_leaves_the_project_is_refused(tmp_path, glob, message):
    with pytest.raises(FileUnusable) as caught:
        read_manifests(tmp_path, (glob,))
    assert caught.value.message == message


def test_no_manifest_is_no_error(tmp_path):
    assert read_manifests(tmp_path, EVERYWHERE) == Manifests((), (), ())


def disk_faults(root, globs=EVERYWHERE):
    with pytest.raises(FilesInvalid) as caught:
        read_manifests(root, globs)
    return [str(fault) for fault in caught.value.faults]


def test_a_folder_called_like_a_manifest_is_reported(tmp_path):
    (tmp_path / "manifests" / "a.yaml").mkdir(parents=True)
    write(tmp_path, "manifests/b.yaml", "voices: 1")
    assert disk_faults(tmp_path) == [
        "manifests/a.yaml:1:1: this is a folder, not a file",
        "manifests/b.yaml:1:9: voices must be a mapping, not a whole number",
    ]


def test_a_link_out_of_the_project_is_refused(tmp_path):
    root = tmp_path / "project"
    write(tmp_path, "outside/a.yaml")
    (root / "manifests").mkdir(parents=True)
    (root / "manifests" / "a.yaml").symlink_to(tmp_path / "outside" / "a.yaml")
    (root / "manifests" / "all").symlink_to(tmp_path / "outside")
    (root / "manifests" / "notes").symlink_to(tmp_path / "outside" / "a.yaml")
    assert disk_faults(root) == [
        "manifests/a.yaml:1:1: the link leads out of the project",
        "manifests/all:1:1: the link leads out of the project",
    ]


def test_links_inside_the_project_are_followed_once(tmp_path):
    write(tmp_path, "shared/a.yaml")
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "all").symlink_to(tmp_path / "shared")
    (tmp_path / "manifests" / "again").symlink_to(tmp_path / "manifests")
    (tmp_path / "manifests" / "same.yaml").symlink_to(tmp_path / "shared" / "a.yaml")
    assert len(read_manifests(tmp_path, EVERYWHERE).desired) == 1


def test_a_file_that_cannot_be_read_is_reported(tmp_path):
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "manifests" / "round.yaml").symlink_to("round.yaml")
    os.mkfifo(tmp_path / "manifests" / "pipe.yaml")
    faults = disk_faults(tmp_path)
    assert faults[0] == "manifests/gone.yaml:1:1: cannot be read: No such file or directory"
    assert faults[1] == "manifests/pipe.yaml:1:1: this is not a regular file"
    assert faults[2].startswith("manifests/round.yaml:1:1: cannot be read: ")
    assert len(faults) == 3


@pytest.mark.parametrize(
    ("path", "why", "hint"),
    [
        ("manifests/a.yml", "its name ends in .yml", "rename it to .yaml"),
        ("manifests/a.YAML", "its name ends in .YAML", "rename it to .yaml"),
        ("manifests/deep/a.Yaml", "its name ends in .Yaml", "rename it to .yaml"),
        ("manifests/a.YML", "its name ends in .YML", "rename it to .yaml"),
        ("Manifests/a.yaml", "case counts in `manifests`", "rename it"),
    ],
)
@pytest.mark.parametrize("content", ["whatever", voices("a", extra="    aliases: [c]\n"), "a: ["])
def test_what_looks_like_a_manifest_and_is_not_read_is_told(tmp_path, path, why, hint, content):
    write(tmp_path, path, content)
    write(tmp_path, "manifests/b.yaml", voices("b"))
    write(tmp_path, "manifests/notes.txt", "a: b")
    write(tmp_path, "manifests/.hidden.yml", voices("h"))
    manifests = read_manifests(tmp_path, EVERYWHERE)
    assert manifests.paths == ("manifests/b.yaml",)
    assert manifests.warnings == (
        Fault(
            Place(path, 1, 1),
            f"this file is not read, because {why}",
            f"{hint}, or add a glob to `manifests` in voiceops.yaml",
        ),
    )
    known = {"whatever": frozenset(), "a: [": None}.get(content, frozenset({"a", "c"}))
    assert manifests.overlooked == (Overlooked(path, known),)


@pytest.mark.parametrize("glob", ["manifests/*", "manifests/[ab].yaml", "manifests/*.YAML"])
def test_only_what_looks_like_yaml_is_looked_for(tmp_path, glob):
    write(tmp_path, "manifests/a.YAML")
    overlooked = read_manifests(tmp_path, (glob,)).overlooked
    assert [one.path for one in overlooked] == ["manifests/a.YAML"] * (
        glob == "manifests/[ab].yaml"
    )


def test_a_file_that_ends_in_yml_is_read_where_a_glob_says_so(tmp_path):
    write(tmp_path, "manifests/a.yml")
    manifests = read_manifests(tmp_path, (*EVERYWHERE, "manifests/*.yml"))
    assert (manifests.paths, manifests.warnings) == (("manifests/a.yml",), ())


def test_a_file_that_is_too_large_is_refused(tmp_path):
    write(tmp_path, "manifests/a.yaml", "# " + "a" * 2_000_000)
    assert disk_faults(tmp_path) == ["manifests/a.yaml:1:1: the file is larger than 1,024 KiB"]


def test_the_order_of_files_on_the_disk_does_not_matter(tmp_path):
    for name in ("c", "a", "b"):
        write(tmp_path, f"manifests/{name}.yaml", voices(name))
    forward = read_manifests(tmp_path, ("manifests/a.yaml", "manifests/*.yaml"))
    backward = read_manifests(tmp_path, ("manifests/[cb].yaml", "manifests/a.yaml"))
    assert forward == backward


def test_a_thousand_voices_are_read():
    names = [f"voice_{number:04}" for number in range(1000)]
    manifests = join(f=voices(*names))
    assert [desired.name for desired in manifests.desired] == names


KEYS = ("voices", "defaults", "voice_prompt", "preview_text", "language", "adopt", "aliases", "a")
KEYED = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(VOICE)
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)
MANIFEST_BYTES = st.one_of(
    st.binary(max_size=100),
    st.text(max_size=100).map(str.encode),
    st.text(alphabet="voices:a\n -{}[]'\"&*!|0~#", max_size=60).map(str.encode),
    KEYED.map(lambda value: json.dumps(value).encode()),
    KEYED.map(lambda value: json.dumps({"voices": {"a": value}}).encode()),
    KEYED.map(lambda value: json.dumps({"defaults": value, "voices": {"a": {}}}).encode()),
    st.builds(lambda at, byte: insert(one_voice(), at, byte), st.integers(0, 200), st.binary()),
)


def insert(text: str, at: int, what: bytes) -> bytes:
    data = text.encode()
    return data[:at] + what + data[at:]


@settings(deadline=None)
@given(MANIFEST_BYTES)
def test_any_bytes_give_manifests_or_faults_inside_the_file(data):
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    try:
        join_manifests({"f": read_manifest(data, path="f")})
    except FilesInvalid as error:
        faults = error.faults
    else:
        return
    assert faults == tuple(sorted(faults))
    for fault in faults:
        assert fault.place.path == "f"
        assert 1 <= fault.place.line <= len(lines) + 1
        assert fault.message


@settings(deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_a_voice_that_is_accepted_is_within_the_services_limits(text):
    try:
        (desired,) = join(f=one_voice(voice_prompt=json.dumps(text))).desired
    except FilesInvalid:
        return
    prompt = desired.spec.voice_prompt
    assert 1 <= len(prompt) <= 2048
    assert not any(ord(c) < 32 and c not in "\t\n" for c in prompt)
    assert any(c.isalpha() for c in prompt)


def test_files_are_checked_once_for_all_threads_and_again_when_their_bytes_change(tmp_path):
    (tmp_path / "manifests").mkdir()
    path = tmp_path / "manifests" / "f.yaml"

    def read(_):
        return read_manifests(tmp_path, EVERYWHERE).desired[0]

    path.write_text(one_voice(), encoding="utf-8")
    first, *others = do_side_by_side(read, range(8), workers=8)
    assert all(desired is first for desired in others)
    kept = path.stat()
    path.write_text(one_voice(voice_prompt="A harsh voice"), encoding="utf-8")
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert read(0).spec.voice_prompt == "A harsh voice"


def test_the_schema_is_the_same_each_time_and_names_what_the_service_takes():
    schema = manifest_schema()
    assert json.dumps(schema) == json.dumps(manifest_schema())
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "voiceops manifest"
    text = json.dumps(schema)
    for part in ('"maxLength": 2048', '"maxLength": 1024', '"enum": [8000, 16000, 24000, 48000]'):
        assert part in text
    assert '"^[A-Za-z0-9_]{1,16}$"' in text
    assert '"null"' not in text


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("news-anchor", "news_anchor"),
        ("'news anchor'", "news_anchor"),
        ("news.anchor", "news_anchor"),
        ("Café", "Cafe"),
        ("news!", None),
        ("新闻", None),
        ("news-anchor-of-the-day", None),
    ],
)
def test_a_name_that_would_do_is_proposed(name, proposed):
    text = one_voice().replace("  a:", f"  {name}:")
    charset = "use 1 to 16 of A-Z a-z 0-9 _"
    assert fault_of(text)[1] == (f"write {proposed}: {charset}" if proposed else charset)


@pytest.mark.parametrize(
    ("key", "meant"),
    [("text", "preview_text"), ("model", "target_model"), ("format", "response_format")],
)
def test_a_part_of_a_key_is_understood(key, meant):
    assert fault_of(one_voice(**{key: "x"}))[1] == f"did you mean {meant}?"


def test_placeholders_are_refused_where_they_stand():
    texts = {"voice_prompt": "'A ${TONE} voice'", "preview_text": "'<preview text>'"}
    hint = "write the text itself: a voice would be made, and paid for, as it stands there"
    with pytest.raises(FilesInvalid) as caught:
        join(f=one_voice(**texts))
    assert [(str(fault), fault.hint) for fault in caught.value.faults] == [
        ("f.yaml:3:19: voice_prompt holds the placeholder '${TONE}'", hint),
        ("f.yaml:4:19: preview_text holds the placeholder '<preview text>'", hint),
    ]
    assert join(f=one_voice(preview_text="TODO ESTÁ BIEN", language="es")).warnings == ()


LEAVE_IT = "in a voice that is made already, leave it: an edit makes a new one"


def test_characters_that_cannot_be_told_from_a_space_are_warned_of():
    text = one_voice(voice_prompt="A\u00a0calm\u200b voice", preview_text="Good\u3000evening")
    assert [(str(one), one.hint) for one in join(f=text).warnings] == [
        (
            "f.yaml:3:19: voice_prompt holds U+00A0 (no-break space) and U+200B (zero width space)",
            f"write a plain space, or nothing, if that is what you mean; {LEAVE_IT}",
        ),
        (
            "f.yaml:4:19: preview_text holds U+3000 (ideographic space)",
            f"write a plain space, or nothing, if that is what you mean; {LEAVE_IT}",
        ),
    ]


@pytest.mark.parametrize(
    ("value", "is_told"),
    [
        (">\n      One \n      two.\n", True),
        (">-\n      One\t\n      two.\n", True),
        (">-  \n      One\n      two. \n", False),
        (">\n      One \n\n      two.\n", False),
        ("|\n      One \n      two.\n", False),
        ("One \n      two.\n", False),
    ],
)
def test_blanks_that_a_fold_keeps_are_warned_of(value, is_told):
    told = [
        f"f.yaml:4:19: {message}"
        for message in [
            "preview_text has blanks before a line end, and `>` makes them part of the text"
        ]
        if is_told
    ]
    assert [str(one) for one in join(f=one_voice(preview_text=value)).warnings] == told


def test_names_that_differ_in_case_alone_are_warned_of():
    warnings = join(f=voices("announcer"), g=voices("Announcer", "other")).warnings
    assert [(str(one), one.hint) for one in warnings] == [
        (
            "g.yaml:2:3: Announcer and announcer differ in case alone, see f.yaml:2:3",
            "rename one; with `aliases: [Announcer]` that is free",
        )
    ]


@pytest.mark.parametrize("around", ["", "    sample_rate: 48000\n"])
def test_conflict_markers_are_named_where_the_first_stands(around):
    text = voices("a") + around + "<<<<<<< HEAD\n  b:\n=======\n  c:\n>>>>>>> branch\n"
    line = text[: text.index("<<<")].count("\n") + 1
    assert fault_of(text) == (
        f"f.yaml:{line}:1: the file holds the conflict markers of a merge",
        "keep what is meant of both sides, and take the markers out",
    )
