"""Text that others wrote is shown, never sent: no escape, no bidi, no workflow command."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_process import Project, Ran
from cli_service import Action, Service, create_elsewhere

# Clears the screen, retitles it, turns the line around, hides characters, speaks to CI.
HOSTILE = "\x1b[2J\x1b]0;pwned\x07\x9b31m\u202egnp.exe\u2066\u200b\u2028\r\n::set-env name=A::b\n"
SANDBOX = ("--env", "sandbox")
HARMLESS_FORMAT = "\u200c\u200d"


def assert_harmless(ran: Ran) -> None:
    """Nothing but text and line ends, and no line that a workflow runner takes for a command."""
    for text in (ran.out, ran.err):
        bad = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")}
        assert bad - {"\n", *HARMLESS_FORMAT} == set()
        assert [line for line in text.split("\n") if line.lstrip().startswith("::")] == []


def echo_hostile(action: Action, document: dict[str, object]) -> None:
    """Echo hostile texts in every listing, as an account that somebody else writes to may."""
    output = document.get("output")
    if not isinstance(output, dict) or "voice_list" not in output:
        return
    for voice in output["voice_list"]:
        voice["voice_prompt"] += HOSTILE
        voice["gmt_create"] += HOSTILE


def name_hostile(action: Action, document: dict[str, object]) -> None:
    """Give every listed voice a hostile name."""
    output = document.get("output")
    if not isinstance(output, dict) or "voice_list" not in output:
        return
    for voice in output["voice_list"]:
        voice["voice"] = f"{HOSTILE}{voice['voice']}"


def test_the_voices_of_a_stranger_are_harmless(remote: Project, service: Service) -> None:
    create_elsewhere(service.sandbox, prompt=f"A voice. {HOSTILE}", text=f"Hello. {HOSTILE}")
    for command in (["list"], ["list", "--json"], ["apply", "--yes"], ["plan", "--json"]):
        ran = remote.run(*command)
        assert ran.code == 0
        assert_harmless(ran)
    assert remote.run("list", "--json").document["voices"]


@pytest.mark.parametrize("distort", [echo_hostile, name_hostile])
def test_a_hostile_listing_is_harmless(
    remote: Project, service: Service, distort: Callable[[Action, dict[str, object]], None]
) -> None:
    remote.run("apply", "--yes")
    service.distort = distort
    for words in (["plan"], ["list"], ["plan", "--json"], ["list", "--json"]):
        assert_harmless(remote.run(*words))


def test_an_account_full_of_twins_with_hostile_dates_is_harmless(
    remote: Project, service: Service
) -> None:
    for _ in range(2):
        create_elsewhere(
            service.sandbox,
            prompt="A composed man with a deep voice.",
            text="Good evening.",
            name="anchor",
        )

    def distort(action: Action, document: dict[str, object]) -> None:
        output = document.get("output")
        for voice in output.get("voice_list", []) if isinstance(output, dict) else []:
            voice["gmt_create"] = HOSTILE

    service.distort = distort
    ran = remote.run("apply", "--yes")
    assert ran.code == 3
    assert_harmless(ran)


@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_a_hostile_error_is_harmless(remote: Project, service: Service, status: int) -> None:
    refusal: dict[str, object] = {
        "code": f"DataInspectionFailed{HOSTILE}",
        "message": f"No. {HOSTILE}",
        "request_id": HOSTILE,
    }
    billing = {**refusal, "code": "PrepaidBillOverdue"}  # else a 429 is tried again for long

    def refuse(action: Action) -> tuple[int, dict[str, object]] | None:
        if action["action"] != "create":
            return None
        return status, billing if status == 429 else refusal

    service.refuse = refuse
    ran = remote.run("apply", "--yes", "--no-settle")
    assert ran.code in (1, 4)
    assert_harmless(ran)


def test_a_hostile_name_in_a_create_reply_is_not_recorded(
    remote: Project, service: Service
) -> None:
    def distort(action: Action, document: dict[str, object]) -> None:
        output = document.get("output")
        if action["action"] == "create" and isinstance(output, dict):
            output["voice"] = f"../../{HOSTILE}"

    service.distort = distort
    ran = remote.run("apply", "--yes", "--only", "anchor")
    assert ran.code == 0
    assert_harmless(ran)
    assert re.fullmatch(r"qwen-tts-vd-anchor-voice-\d{17}-[0-9a-f]{4}", remote.voices()["anchor"])


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "--env", HOSTILE],
        ["plan", *SANDBOX, "--only", HOSTILE],
        [HOSTILE],
        ["plan", f"--{HOSTILE}"],
        ["--color", HOSTILE, "plan"],
        ["apply", "--parallelism", HOSTILE],
    ],
)
def test_a_hostile_command_line_is_harmless(project: Project, words: list[str]) -> None:
    assert_harmless(project.run(*words))


def write_manifest(project: Project) -> None:
    name = HOSTILE.replace("/", "_")
    (project.folder / "manifests" / f"{name}.yaml").write_text("voices: 3\n", encoding="utf-8")


def write_keys(project: Project) -> None:
    text = '"\\e[2J\\u202e\\n::set-env name=A::b": 1\nvoices: {"\\e[2J\\n::x::": {}}\n'
    project.manifest.write_text(text, encoding="utf-8")


def write_values(project: Project) -> None:
    project.edit("Good evening.", '"\\e[2J\\u202e\\n::set-env name=A::b"')


def write_settings(project: Project) -> None:
    text = 'version: 1\n"\\e[2J\\n::set-env name=A::b\\u202e": 1\n'
    (project.folder / "voiceops.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "write",
    [write_manifest, write_keys, write_values, write_settings],
)
def test_a_hostile_file_is_harmless(project: Project, write: Callable[[Project], None]) -> None:
    write(project)
    assert_harmless(project.run("plan", *SANDBOX))


def test_a_preview_lies_in_its_folder_whatever_the_server_says(
    remote: Project, service: Service, tmp_path: Path
) -> None:
    def distort(action: Action, document: dict[str, object]) -> None:
        output = document.get("output")
        if action["action"] == "create" and isinstance(output, dict):
            output["preview_audio"]["response_format"] = "../../../evil"

    service.distort = distort
    before = {path for path in tmp_path.rglob("*") if remote.folder not in path.parents}
    assert remote.run("apply", "--yes", "--only", "anchor").code == 0
    assert {path for path in tmp_path.rglob("*") if remote.folder not in path.parents} == before
    assert not [path for path in remote.files() if "evil" in path]
