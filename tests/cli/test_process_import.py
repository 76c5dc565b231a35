"""`voiceops import` as a process: existing voices become managed, and nothing is created."""

from __future__ import annotations

import json

import pytest
from cli_process import NAMES, SETTINGS, Project
from cli_service import Service, create_elsewhere
from cli_terminal import at_terminal

from voiceops.core.lock import Lock, LockEntry
from voiceops.files.lockfile.lockfile import dump_lock

HOSTILE = "A calm # voice: 'so'\n\n  \"and\" \u202eback\\ \tlike this:\n- one"

STRANGER = """\
voices:
  stranger:
    voice_prompt: A low voice.
    preview_text: Hi.
    language: en
    target_model: qwen3-tts-vd-2026-01-26
"""
ENVIRONMENTS = f"""\
{SETTINGS}
environments:
  default: {{}}
  other: {{manifests: [other/*.yaml]}}
"""


@pytest.fixture
def strangers(remote: Project, service: Service) -> list[str]:
    """Give two voices that the account has, of one preferred name, beside those declared."""
    assert remote.run("apply", "--yes").code == 0
    texts = ("A calm voice.", HOSTILE)
    return [create_elsewhere(service.sandbox, prompt=text, text="Hello there.") for text in texts]


def test_all_are_imported_and_the_next_plan_is_empty(
    remote: Project, service: Service, strangers: list[str]
) -> None:
    creates = service.creates
    before = remote.voices()
    ran = remote.run("import", "--all", "--yes")
    assert (ran.code, ran.out) == (
        0,
        "Import: 2 voices added to manifests/imported.yaml. The names are in voiceops.lock.\n"
        "Next: voiceops plan\n",
    )
    named = dict(zip(("stranger", "stranger_2"), sorted(strangers), strict=True))
    assert remote.voices() == {**before, **named}
    plan = remote.run("plan", "--json", "--detailed-exitcode")
    assert (plan.code, plan.document["changes"], plan.document["unmanaged"]) == (0, [], [])
    assert service.creates == creates
    assert remote.run("fmt", "--check", "manifests/imported.yaml").code == 0
    again = remote.run("import", "--all")
    assert (again.code, again.out) == (0, "Import: nothing to import.\n")


def test_a_crash_between_manifest_and_lockfile_costs_nothing(
    remote: Project, service: Service, strangers: list[str]
) -> None:
    lockfile = remote.lockfile.read_bytes()
    remote.run("import", "--all", "--yes")
    imported = remote.voices()
    remote.lockfile.write_bytes(lockfile)
    creates = service.creates
    ran = remote.run("apply", "--yes")
    assert (ran.code, service.creates) == (0, creates)
    assert remote.voices() == imported


def test_an_existing_file_keeps_every_byte(remote: Project, strangers: list[str]) -> None:
    before = remote.manifest.read_bytes() + b"  # the end"
    remote.manifest.write_bytes(before)
    ran = remote.run("import", strangers[0], "--file", "./manifests/voices.yaml", "--yes")
    assert ran.code == 0, ran.err
    assert remote.manifest.read_bytes().startswith(before + b"\n\n  stranger:\n")
    assert remote.run("plan", "--detailed-exitcode").code == 0


def test_an_empty_project_can_begin_with_an_import(remote: Project, strangers: list[str]) -> None:
    for path in (remote.manifest, remote.lockfile):
        path.unlink()
    remote.manifest.parent.rmdir()
    assert remote.run("import", "--all", "--yes").code == 0
    assert set(remote.voices()) == {*NAMES, "stranger", "stranger_2"}
    assert remote.run("plan", "--detailed-exitcode").code == 0


def test_what_protects_a_file_protects_what_is_added(remote: Project, strangers: list[str]) -> None:
    remote.edit("defaults:\n", "defaults:\n  protect: true\n")
    assert remote.run("apply", "--yes").code == 0
    remote.run("import", strangers[0], "--file", "manifests/voices.yaml", "--yes")
    assert json.loads(remote.lockfile.read_bytes())["voices"]["stranger"]["protect"] is True
    assert remote.run("plan", "--detailed-exitcode").code == 0


def test_what_is_claimed_is_refused_by_name(remote: Project, strangers: list[str]) -> None:
    files = remote.files()
    anchor = remote.voices()["anchor"]
    ran = remote.run("import", anchor, "qwen-none", "--yes")
    assert (ran.code, ran.out) == (1, "Import: nothing to import, 2 refused.\n")
    assert f"! refuse  {anchor} is managed already, as anchor\n" in ran.err
    assert "! refuse  qwen-none is not listed by the service\n" in ran.err
    assert _without_state(remote.files()) == _without_state(files)
    part = remote.run("import", anchor, strangers[0], "--yes")
    assert (part.code, part.out.splitlines()[0]) == (
        4,
        "Import: 1 voice added to manifests/imported.yaml, 1 refused. "
        "The names are in voiceops.lock.",
    )


def test_what_the_service_does_not_tell_cannot_be_imported(
    remote: Project, service: Service, strangers: list[str]
) -> None:
    def forget(action: dict[str, str], document: dict[str, object]) -> None:
        if action["action"] == "list":
            output = document["output"]
            assert isinstance(output, dict)
            for voice in output["voice_list"]:
                if voice["voice"] == strangers[0]:
                    del voice["preview_text"]

    service.distort = forget
    ran = remote.run("import", "--all", "--yes")
    assert ran.code == 4
    why = "cannot be read: the service tells no prompt or no preview text"
    assert f"! refuse  {strangers[0]} {why}\n" in ran.err
    assert remote.voices()["stranger"] == strangers[1]


def test_without_a_terminal_a_person_must_say_yes(remote: Project, strangers: list[str]) -> None:
    files = _without_state(remote.files())
    ran = remote.run("import", "--all")
    assert (ran.code, ran.out) == (3, "")
    assert "add --yes to import without being asked" in ran.err
    assert _without_state(remote.files()) == files


def test_a_person_is_asked(remote: Project, strangers: list[str]) -> None:
    files = _without_state(remote.files())
    with at_terminal(remote, "import", "--all") as terminal:
        terminal.wait_for("Add 2 voices to manifests/imported.yaml? [y/N]:")
        terminal.type("n\r")
        assert terminal.end().code == 3
    assert _without_state(remote.files()) == files
    with at_terminal(remote, "import", "--all") as terminal:
        terminal.wait_for("[y/N]:")
        terminal.type("y\r")
        assert terminal.end().code == 0
    assert remote.voices()["stranger_2"] == max(strangers)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("import",), 64, "no voice is named"),
        (("import", "--all", "x"), 64, "--all and VOICE exclude each other"),
        (("import", "--all", "--file", "other.yaml"), 1, "does not read its manifests from there"),
        (("import", "--all", "--file", "../m.yaml"), 1, "the path leaves the project"),
        (("import", "--all", "--file", "manifests/voices.yml"), 1, "does not read its manifests"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    remote: Project, words: tuple[str, ...], code: int, message: str
) -> None:
    files = _without_state(remote.files())
    ran = remote.run(*words, "--yes")
    assert ran.code == code
    assert message in ran.err
    assert _without_state(remote.files()) == files


def test_no_import_while_a_create_is_open(remote: Project, service: Service) -> None:
    service.refuse = lambda action: (500, {}) if action["action"] == "create" else None
    assert remote.run("apply", "--yes", "--no-settle").code == 4
    ran = remote.run("import", "--all", "--yes")
    assert ran.code == 3
    assert "nothing was imported: the outcome of creating" in ran.err


def test_no_name_is_taken_that_another_environment_declares_or_has_locked(
    remote: Project, strangers: list[str]
) -> None:
    (remote.folder / "voiceops.yaml").write_text(ENVIRONMENTS, encoding="utf-8")
    other = remote.folder / "other" / "voices.yaml"
    other.parent.mkdir()
    other.write_text(STRANGER, encoding="utf-8")
    entry = LockEntry("qwen-other", "m", "en", "sha256:1")
    (remote.folder / "voiceops.other.lock").write_bytes(dump_lock(Lock({"stranger_2": entry})))
    assert remote.run("import", "--all", "--yes", "--env", "default").code == 0
    assert set(remote.voices()) == {*NAMES, "stranger_3", "stranger_4"}


def _without_state(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if not path.startswith(".voiceops/")}


def test_a_manifest_that_others_read_too_is_warned_of(remote: Project, service: Service) -> None:
    settings = "version: 1\nenvironments: {a: {}, b: {}, c: {manifests: [c/*.yaml]}}\n"
    (remote.folder / "voiceops.yaml").write_text(settings, encoding="utf-8")
    create_elsewhere(service.sandbox, prompt="A calm old man.", text="Good evening.")
    ran = remote.run("import", "--env", "a", "--all", "--yes")
    assert ran.code == 0
    told = "warning: manifests/imported.yaml is read by b, too, where these voices would be created"
    assert told in ran.err
