"""Bad input: each is refused in one sentence, with what to do, before anything is done."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_process import KEY, Project
from cli_service import Service

SANDBOX = ("--env", "sandbox")
HOLDER = """\
import sys
from pathlib import Path
from voiceops.effects import System
from voiceops.files.state.process_lock import hold

with hold(Path(sys.argv[1]), effects=System()):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["aply"], "Did you mean 'apply'?"),
        (["sandbox", "serv"], "'serv'"),
        (["plan", "--onyl", "x"], "--only"),
        (["plan", "--only"], "--only"),
        (["plan", "surplus"], "(surplus)"),
        (["apply", "--parallelism", "33"], "--parallelism"),
        (["apply", "--allow-deletes", "-1"], "--allow-deletes"),
        (["--color", "sometimes", "plan"], "--color"),
        (["plan", "--env", "sandbux"], "did you mean sandbox?"),
        (["sandbox", "serve", "--port", "65536"], "--port"),
    ],
)
def test_a_wrong_command_line_is_64_and_says_what_may_be_meant(
    project: Project, words: list[str], said: str
) -> None:
    before = project.files()
    ran = project.run(*words)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err
    assert project.files() == before


def test_without_a_command_the_help_is_shown(project: Project) -> None:
    ran = project.run()
    assert ran.code == 64
    assert "Usage: voiceops" in ran.out + ran.err


def be_empty(project: Project) -> None:
    project.manifest.write_bytes(b"")


def be_a_folder(project: Project) -> None:
    project.manifest.unlink()
    project.manifest.mkdir()


def be_nothing(project: Project) -> None:
    project.manifest.unlink()


def be_latin(project: Project) -> None:
    project.manifest.write_bytes("voices:\n  für: {}\n".encode("latin-1"))


def be_huge(project: Project) -> None:
    project.manifest.write_bytes(b"#" * (2 << 20))


def be_brackets(project: Project) -> None:
    project.manifest.write_bytes(b"voices: " + b"[" * 200_000)


def be_a_bomb(project: Project) -> None:
    project.manifest.write_bytes(b"a: &a [x, x]\nb: &b [*a, *a]\nvoices: *b\n")


def be_a_loop(project: Project) -> None:
    project.manifest.unlink()
    project.manifest.symlink_to(project.manifest)


@pytest.mark.parametrize(
    ("become", "said"),
    [
        (be_empty, "manifests/voices.yaml:1:1: the file is empty"),
        (be_a_folder, "manifests/voices.yaml:1:1: this is a folder"),
        (be_nothing, "no manifest matches manifests/**/*.yaml"),
        (be_latin, "manifests/voices.yaml"),
        (be_huge, "manifests/voices.yaml"),
        (be_brackets, "manifests/voices.yaml:1:"),
        (be_a_bomb, "manifests/voices.yaml:1:4: "),
        (be_a_loop, "manifests/voices.yaml"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_1(
    project: Project, become: Callable[[Project], None], said: str
) -> None:
    become(project)
    ran = project.run("plan", *SANDBOX)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"DASHSCOPE_API_KEY": None}, "DASHSCOPE_API_KEY is not set"),
        ({"DASHSCOPE_API_KEY": " \n"}, "DASHSCOPE_API_KEY is not set"),
        ({"DASHSCOPE_API_KEY": f"{KEY}\nX: y"}, "DASHSCOPE_API_KEY cannot be an API key"),
        ({"DASHSCOPE_API_KEY": f"{KEY} {KEY}"}, "DASHSCOPE_API_KEY cannot be an API key"),
        ({"DASHSCOPE_API_KEY": f"{KEY}\u2014"}, "DASHSCOPE_API_KEY cannot be an API key"),
        (
            {"DASHSCOPE_HTTP_BASE_URL": "http://example.com/api/v1"},
            "would send the key unencrypted over the network",
        ),
        ({"DASHSCOPE_HTTP_BASE_URL": "ftp://127.0.0.1/api/v1"}, "is not a plain http or https URL"),
        ({"DASHSCOPE_HTTP_BASE_URL": f"https://u:{KEY}@h/api/v1"}, "is not a plain http or https"),
        ({"DASHSCOPE_HTTP_BASE_URL": "https://127.0.0.1:0/api/v1"}, "has no valid port"),
    ],
)
def test_a_key_or_address_that_cannot_be_used_is_1(
    remote: Project, service: Service, env: dict[str, str | None], said: str
) -> None:
    ran = remote.run("apply", "--yes", env=env)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert "  hint: " in ran.err
    assert service.actions == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("voiceops.lock", "<<<<<<< HEAD\n", "voiceops.lock:1: the file holds the conflict markers"),
        ("voiceops.lock", '{"version": 2}', "upgrade voiceops"),
        ("voiceops.lock", "[]", "voiceops.lock: must be an object"),
        ("voiceops.prod.lock", '{"version": 1, "voices": 3}', "voiceops.prod.lock: voices"),
        (".voiceops/default/journal.jsonl", "{}\n{}\n", "journal.jsonl:1: the journal is damaged"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_1_before_anything_is_created(
    remote: Project, service: Service, name: str, content: str, said: str
) -> None:
    path = remote.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    ran = remote.run("apply", "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert service.creates == []
    assert path.read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        (".voiceops", 1, ".voiceops"),
        (".voiceops/default", 1, "default"),
        (".voiceops/default/journal.jsonl/", 1, "journal.jsonl"),
        (".voiceops/default/previews", 0, "no preview: qwen-tts-vd-anchor-voice-"),
    ],
)
def test_where_nothing_can_be_written_nothing_is_paid_that_cannot_be_noted(
    remote: Project, service: Service, path: str, code: int, said: str
) -> None:
    """A file in the place of a folder (or the reverse) is in the way for every user."""
    blocked = remote.folder / path.rstrip("/")
    blocked.parent.mkdir(parents=True, exist_ok=True)
    if path.endswith("/"):
        blocked.mkdir()
    else:
        blocked.write_bytes(b"in the way")
    ran = remote.run("apply", "--yes")
    assert ran.code == code, ran.err
    assert said in ran.err
    assert len(service.creates) == (3 if code == 0 else 0)
    assert len(remote.voices()) == len(service.creates)


def test_a_lockfile_that_cannot_be_replaced_stops_the_run_and_is_mended(
    remote: Project, service: Service
) -> None:
    settings = remote.folder / "voiceops.yaml"
    lockfile = "environments: {default: {lockfile: locks/voiceops.lock}}\n"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}{lockfile}", encoding="utf-8")
    (remote.folder / "locks").mkdir()
    (remote.folder / "locks" / "voiceops.lock").write_text('{"version": 1, "voices": {}}')
    service.distort = lambda action, document: block(remote.folder / "locks", action["action"])
    ran = remote.run("apply", "--yes", "--parallelism", "1")
    assert ran.code == 4
    assert service.creates == ["anchor"]
    assert "is paid for, but" in ran.out
    (remote.folder / "locks").unlink()
    service.distort = lambda action, document: None
    assert remote.run("apply", "--yes").code == 0
    assert sorted(service.creates) == ["anchor", "wetter", "xinwen"]
    assert len(service.sandbox.list_bills()) == 3


def block(folder: Path, action: str) -> None:
    """Put a file in the place of a folder while a create is under way."""
    if action == "create" and folder.is_dir():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        folder.write_bytes(b"in the way")


def test_a_second_apply_is_3_and_names_who_is_at_work(project: Project) -> None:
    state = project.folder / ".voiceops" / "sandbox"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        ran = project.run("apply", *SANDBOX, "--yes")
        assert ran.code == 3
        assert f"another apply is at work here: process {holder.pid} on " in ran.err
        assert "hint: wait for it to end" in ran.err
        assert project.run("plan", *SANDBOX).code == 0
        holder.communicate()


def test_a_lock_frees_itself_when_its_holder_is_killed(project: Project) -> None:
    state = project.folder / ".voiceops" / "sandbox"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
        holder.wait()
    assert project.run("apply", *SANDBOX, "--yes").code == 0
