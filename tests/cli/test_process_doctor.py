"""`doctor`: it sees what is missing or broken, says how to cure it, and changes nothing."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cli_process import Project, Ran
from cli_service import Service, serving

from voiceops.effects import System
from voiceops.files.state.process_lock import hold

SUBJECTS = ["voiceops", "parser", "ci", "settings", "manifests", "lockfile", "process lock"]


def subjects(ran: Ran) -> list[tuple[str, str]]:
    """List the state and the subject of each line."""
    lines = [line for line in ran.out.splitlines()[:-1] if not line.startswith(" ")]
    return [(line[:8].strip(), line[10:22].strip()) for line in lines]


def found(ran: Ran, subject: str) -> str:
    """Give what was said of a subject that is not fine, with the cure."""
    lines = ran.out.splitlines()
    (number,) = [
        number
        for number, line in enumerate(lines)
        if line[10:22].strip() == subject and not line.startswith(("fine", " "))
    ]
    return f"{lines[number][:8].strip()}: {lines[number][24:]}\n{lines[number + 1].strip()}"


def test_a_sound_project_is_fine(project: Project) -> None:
    before = project.files()
    ran = project.run("doctor", "--env", "sandbox")
    assert (ran.code, ran.err) == (0, "")
    told = subjects(ran)
    assert [subject for _, subject in told] == [
        *SUBJECTS,
        *("journal", "endpoint", "key", "clock", "service", "quota"),
    ]
    assert {state for state, _ in told} == {"fine"}
    assert ran.out.endswith("All is fine.\n")
    made = {path for path in project.files() if not path.startswith(".voiceops/")}
    assert made == set(before)


def test_over_http_it_sees_the_clock_and_whose_address_it_is(remote: Project) -> None:
    assert remote.run("apply", "--yes").code == 0
    before = remote.files()
    ran = remote.run("doctor")
    assert ran.code == 0
    assert ("fine", "clock") in subjects(ran)
    assert found(ran, "endpoint").endswith("cure: unset the variable, if this is not meant")
    assert "voiceops.lock has 3 voices" in ran.out
    assert remote.files() == before


def no_key(project: Project) -> Ran:
    return project.run("doctor", env={"DASHSCOPE_API_KEY": None})


def no_key_in_a_pull_request(project: Project) -> Ran:
    env = {"DASHSCOPE_API_KEY": None, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_ACTIONS": "true"}
    return project.run("doctor", env=env)


def wrong_key(project: Project) -> Ran:
    return project.run("doctor", env={"DASHSCOPE_API_KEY": "sk-wrong"})


def bad_address(project: Project) -> Ran:
    return project.run("doctor", env={"DASHSCOPE_HTTP_BASE_URL": "http://example.com/api/v1"})


def nobody_there(project: Project) -> Ran:
    return project.run("doctor", env={"DASHSCOPE_HTTP_BASE_URL": "http://127.0.0.1:9/api/v1"})


def bad_settings(project: Project) -> Ran:
    (project.folder / "voiceops.yaml").write_text("version: 1\nquotta: 5\n", encoding="utf-8")
    return project.run("doctor")


def bad_manifest(project: Project) -> Ran:
    project.edit("language: de", "language: xx")
    return project.run("doctor")


def no_manifest(project: Project) -> Ran:
    project.manifest.unlink()
    return project.run("doctor")


def bad_lockfile(project: Project) -> Ran:
    project.lockfile.write_text("<<<<<<< ours\n", encoding="utf-8")
    return project.run("doctor")


def held_lock(project: Project) -> Ran:
    with hold(project.folder / ".voiceops" / "default", effects=System()):
        return project.run("doctor")


def bad_journal(project: Project) -> Ran:
    journal = project.folder / ".voiceops" / "default" / "journal.jsonl"
    journal.parent.mkdir(parents=True)
    journal.write_text("not ours\n", encoding="utf-8")
    return project.run("doctor")


def bad_sibling(project: Project) -> Ran:
    (project.folder / "voiceops.other.lock").write_text("{", encoding="utf-8")
    return project.run("doctor")


def missing_sibling(project: Project) -> Ran:
    settings = "version: 1\norphans: delete\nenvironments: {a: {}, b: {}}\n"
    (project.folder / "voiceops.yaml").write_text(settings, encoding="utf-8")
    return project.run("doctor", "--env", "a")


def circular_lockfile(project: Project) -> Ran:
    project.lockfile.symlink_to(project.lockfile.name)
    return project.run("doctor")


def pipe_as_lockfile(project: Project) -> Ran:
    os.mkfifo(project.lockfile)
    return project.run("doctor")


def ignored_lockfile(project: Project) -> Ran:
    subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
    (project.folder / ".gitignore").write_text("*.lock\n", encoding="utf-8")
    return project.run("doctor")


def no_driver(project: Project) -> Ran:
    subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
    attributes = project.folder / ".gitattributes"
    attributes.write_text("*.lock merge=voiceops\n", encoding="utf-8")
    return project.run("doctor")


def union(project: Project) -> Ran:
    subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
    attributes = project.folder / ".gitattributes"
    attributes.write_text("*.lock merge=union\n", encoding="utf-8")
    return project.run("doctor")


def ignored_lockfile_of_another_environment(project: Project) -> Ran:
    subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
    (project.folder / ".gitignore").write_text("*.other.lock\n", encoding="utf-8")
    with (project.folder / "voiceops.yaml").open("a", encoding="utf-8") as settings:
        settings.write("environments: {default: {}, other: {}}\n")
    return project.run("doctor", "--env", "default")


def full_account(project: Project) -> Ran:
    assert project.run("apply", "--yes").code == 0
    settings = project.folder / "voiceops.yaml"
    settings.write_text("version: 1\nquota: 3\n", encoding="utf-8")
    return project.run("doctor")


KEY_CURE = "cure: put the API key of the endpoint's region into DASHSCOPE_API_KEY"


@pytest.mark.parametrize(
    ("make", "code", "subject", "told"),
    [
        (no_key, 1, "key", f"broken: DASHSCOPE_API_KEY is not set\n{KEY_CURE}"),
        (
            no_key_in_a_pull_request,
            1,
            "key",
            f"broken: DASHSCOPE_API_KEY is not set\n{KEY_CURE}; pull requests from forks get none, "
            "and `voiceops validate` needs none",
        ),
        (wrong_key, 1, "service", "broken: list: 401 InvalidApiKey"),
        (bad_address, 1, "endpoint", "broken: DASHSCOPE_HTTP_BASE_URL would send the key unenc"),
        (nobody_there, 1, "service", "broken: list: cannot reach 127.0.0.1:9"),
        (bad_settings, 1, "settings", "broken: voiceops.yaml:2:1: unknown key 'quotta'\ncure: did"),
        (bad_manifest, 1, "manifests", "broken: manifests/voices.yaml:11:15: language is 'xx'"),
        (
            no_manifest,
            0,
            "manifests",
            "doubtful: no file matches manifests/**/*.yaml\ncure: run `voiceops init`",
        ),
        (bad_lockfile, 1, "lockfile", "broken: voiceops.lock"),
        (bad_sibling, 1, "environments", "broken: voiceops.other.lock:1:2"),
        (
            missing_sibling,
            0,
            "environments",
            "doubtful: voiceops.b.lock: there is no such lockfile, so no orphan is deleted",
        ),
        (circular_lockfile, 1, "lockfile", "broken: voiceops.lock: cannot be read: Too many leve"),
        (pipe_as_lockfile, 1, "lockfile", "broken: voiceops.lock: cannot be read: it is not a reg"),
        (held_lock, 0, "process lock", "doubtful: another apply is at work: process "),
        (bad_journal, 1, "journal", "broken: "),
        (
            ignored_lockfile,
            1,
            "git",
            "broken: voiceops.lock is ignored\ncure: take it out of .gitignore, and commit it: "
            "applications and CI need it",
        ),
        (
            ignored_lockfile_of_another_environment,
            1,
            "git",
            "broken: voiceops.other.lock is ignored\n",
        ),
        (
            union,
            0,
            "git",
            "doubtful: lockfiles are merged by union, which loses voices, or leaves no lockfile\n"
            "cure: write `voiceops*.lock merge=voiceops` into .gitattributes",
        ),
        (
            no_driver,
            0,
            "git",
            "doubtful: lockfiles are merged as plain text in this clone\n"
            'cure: git config merge.voiceops.driver "voiceops lockfile-merge %O %A %B"',
        ),
        (full_account, 0, "quota", "doubtful: 3 of 3 voices\ncure: look for voices that nobody"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_what_is_wrong_is_told_with_its_cure(
    remote: Project, make: Callable[[Project], Ran], code: int, subject: str, told: str
) -> None:
    ran = make(remote)
    assert (ran.code, ran.err) == (code, "")
    assert found(ran, subject).startswith(told)
    assert "\ncure: " in found(ran, subject)


def test_an_open_create_is_told(remote: Project, service: Service) -> None:
    service.refuse = lambda action: (503, {}) if action["action"] == "create" else None
    assert remote.run("apply", "--yes", "--only", "anchor", "--no-settle").code == 4
    ran = remote.run("doctor")
    assert ran.code == 0
    assert found(ran, "journal") == (
        "doubtful: it is not known yet what became of anchor\n"
        "cure: run `voiceops apply`: it finds out, and pays nothing twice"
    )


def test_voices_that_the_lockfile_could_not_take_are_told(remote: Project) -> None:
    assert remote.run("apply", "--yes").code == 0
    entry = remote.lockfile.read_text(encoding="utf-8").replace("\n", " ")
    emergency = remote.lockfile.with_name("voiceops.lock.emergency.jsonl")
    emergency.write_text(f"{entry}\n", encoding="utf-8")
    assert found(remote.run("doctor"), "lockfile") == (
        "doubtful: 3 voices in the emergency file\n"
        "cure: make room on the disk, and apply: they are taken in"
    )


@pytest.mark.parametrize(("ahead", "words"), [(500, "behind"), (-500, "ahead of")])
def test_a_wrong_clock_is_told(
    project: Project, service: Service, ahead: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lie(*_: object) -> str:
        return f"{datetime.now(UTC) + timedelta(seconds=ahead):%a, %d %b %Y %H:%M:%S} GMT"

    monkeypatch.setattr("http.server.BaseHTTPRequestHandler.date_time_string", lie)
    with serving(service) as url:
        ran = project.run("doctor", env={"DASHSCOPE_HTTP_BASE_URL": url})
    assert ran.code == 1
    assert f" s {words} the service's\ncure: set this machine's clock" in found(ran, "clock")


def test_over_tls_it_tells_the_version_and_whom_it_does_not_trust(
    project: Project, service: Service, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    with serving(service, tls=context) as url:
        env = {"DASHSCOPE_HTTP_BASE_URL": url.replace("http://127.0.0.1", "https://localhost")}
        ran = project.run("doctor", env={**env, "SSL_CERT_FILE": str(trusted)})
        assert ran.code == 0
        assert re.search(r"TLSv1\.\d, by a certificate that this machine trusts", ran.out)
        ran = project.run("doctor", env=env)
        trustme.CA().cert_pem.write_to_path(str(trusted))
        other = project.run("doctor", env={**env, "SSL_CERT_FILE": str(trusted)})
    assert ran.code == other.code == 1
    assert "cannot reach localhost:" in found(ran, "service")
    assert "name a file with the authority that you trust in SSL_CERT_FILE" in ran.out
    assert f"add the authority that you trust to {trusted}, which SSL_CERT_FILE names" in other.out


@pytest.mark.parametrize(
    ("variable", "content", "why"),
    [
        ("SSL_CERT_FILE", None, "no such file or directory"),
        ("SSL_CERT_FILE", "folder", "is a directory"),
        ("SSL_CERT_FILE", "", "no certificate in it can be read"),
        ("SSL_CERT_FILE", "garbage", "no certificate in it can be read"),
        ("SSL_CERT_DIR", None, "there is no such folder"),
        ("SSL_CERT_DIR", "folder", "no certificate in it has a name that OpenSSL looks for"),
    ],
)
@pytest.mark.parametrize("command", [["doctor"], ["plan"]])
def test_trust_that_cannot_be_read_is_told_before_anything_is_sent(
    project: Project,
    tmp_path: Path,
    variable: str,
    content: str | None,
    why: str,
    command: list[str],
) -> None:
    named = tmp_path / "authority.pem"
    if content == "folder":
        named.mkdir()
    elif content is not None:
        named.write_text(content, encoding="utf-8")
    env = {variable: str(named), "DASHSCOPE_HTTP_BASE_URL": "https://voiceops.invalid/api/v1"}
    ran = project.run(*command, env=env)
    assert ran.code == 1
    assert f"{variable} is {named}: {why}" in ran.out + ran.err
    assert f"that you trust, or unset {variable}" in ran.out + ran.err


def test_another_product_with_a_command_of_our_name_is_doubtful(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("others")
    place = folder / "voiceops-0.1.8.dist-info"
    place.mkdir()
    (place / "METADATA").write_text("Metadata-Version: 2.1\nName: voiceops\nVersion: 0.1.8\n")
    (place / "entry_points.txt").write_text("[console_scripts]\nvoiceops = other:main\n")
    found_path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(folder)]))
    ran = project.run("doctor", "--env", "sandbox", env={"PYTHONPATH": found_path})
    assert found(ran, "install") == (
        "doubtful: voiceops brings a command named voiceops, too\n"
        "cure: keep voices-as-code in a virtual environment of its own"
    )
