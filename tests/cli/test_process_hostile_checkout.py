"""A checkout that others have filled: nothing in it leads voiceops out of it, or runs."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from cli_process import Project
from cli_service import Service

SANDBOX = ("--env", "sandbox")
UNTIDY = "#!/bin/sh\n{}"


@pytest.fixture
def outside(project: Project) -> Path:
    """Make the project a repository, and a folder beside it that is nobody's business here."""
    subprocess.run(["git", "init", "-q", str(project.folder)], check=True)
    folder = project.folder.parent / "outside"
    folder.mkdir()
    (folder / "file").write_bytes(b"theirs")
    return folder


def _beside(project: Project) -> dict[str, bytes]:
    """Read all that is not the project's: what lies outside, and git's own folder."""
    places = (project.folder.parent / "outside", project.folder / ".git")
    files = (path for place in places for path in place.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files}


def _lead_away(project: Project, place: str, target: str) -> None:
    path = project.folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(os.path.relpath(project.folder / target, path.parent))


def test_formatting_never_makes_a_program_of_a_manifest(project: Project, outside: Path) -> None:
    """A hook by way of the name that the new content used to be written under first."""
    project.manifest.write_text(UNTIDY.format(project.manifest.read_text("utf-8")), "utf-8")
    project.edit("    language: en", "    language:    en")
    project.manifest.chmod(0o755)
    _lead_away(project, "manifests/.voices.yaml.tmp", ".git/hooks/post-commit")
    before = _beside(project)
    assert project.run("fmt").code == 0
    assert _beside(project) == before
    assert project.manifest.stat().st_mode & 0o777 == 0o644
    assert "    language: en\n" in project.manifest.read_text("utf-8")


GUESSES = (
    ".voiceops.sandbox.lock.tmp",
    ".p.json.tmp",
    ".voiceops/..gitignore.tmp",
    ".voiceops/sandbox/.journal.jsonl.tmp",
)


def test_what_lies_under_names_that_could_be_guessed_is_left_alone(
    project: Project, outside: Path
) -> None:
    for guess in GUESSES:
        _lead_away(project, guess, "../outside/file")
    before = _beside(project)
    assert project.run("plan", *SANDBOX, "-o", "p.json").code == 0
    assert project.run("apply", *SANDBOX, "--yes").code == 0
    assert _beside(project) == before
    assert all((project.folder / guess).is_symlink() for guess in GUESSES)
    assert len(project.voices()) == 3


# What is written, by the command that would write it.
WRITTEN = {
    ".voiceops": ("apply", *SANDBOX, "--yes"),
    ".voiceops/.gitignore": ("apply", *SANDBOX, "--yes"),
    ".voiceops/sandbox": ("apply", *SANDBOX, "--yes"),
    ".voiceops/sandbox.db": ("plan", *SANDBOX),
    ".voiceops/sandbox/lock": ("apply", *SANDBOX, "--yes"),
    ".voiceops/sandbox/holder.json": ("apply", *SANDBOX, "--yes"),
    ".voiceops/sandbox/journal.jsonl": ("apply", *SANDBOX, "--yes"),
    ".voiceops/sandbox/previews": ("apply", *SANDBOX, "--yes"),
    ".voiceops/sandbox/previews/anchor": ("apply", *SANDBOX, "--yes"),
    "voiceops.sandbox.lock": ("apply", *SANDBOX, "--yes"),
    "voiceops.sandbox.lock.emergency.jsonl": ("apply", *SANDBOX, "--yes"),
    "p.json": ("plan", *SANDBOX, "-o", "p.json"),
    "manifests/more.yaml": ("fmt",),
    ".gitattributes": ("init",),
    "voiceops.schema.json": ("init",),
    ".github": ("init", "--ci", "github", "--install", "voices-as-code==1.0"),
}


FOLDERS = {
    ".voiceops",
    ".voiceops/sandbox",
    ".voiceops/sandbox/previews",
    ".voiceops/sandbox/previews/anchor",
    ".github",
}


@pytest.mark.parametrize(
    ("place", "target"),
    [
        *((place, "../outside" if place in FOLDERS else "../outside/file") for place in WRITTEN),
        *((place, ".git/new") for place in WRITTEN),
    ],
)
def test_no_link_leads_a_command_out_of_the_project(
    project: Project, outside: Path, place: str, target: str
) -> None:
    _lead_away(project, place, target)
    before = _beside(project)
    ran = project.run(*WRITTEN[place])
    assert _beside(project) == before
    assert ran.code in {0, 1, 4}
    assert ran.code == 0 or "hint: " in ran.err or "no preview: " in ran.out


@pytest.mark.parametrize("name", ["holder.json", "lock", "journal.jsonl"])
def test_a_pipe_hangs_no_apply(project: Project, name: str) -> None:
    state = project.folder / ".voiceops" / "sandbox"
    state.mkdir(parents=True)
    os.mkfifo(state / name)
    ran = project.run("apply", *SANDBOX, "--yes")
    assert ran.code == (0 if name == "holder.json" else 1)
    assert ran.code == 0 or "it is not a regular file" in ran.err


@pytest.mark.parametrize(
    "lockfile", [".git/config", ".gitattributes", "voiceops.yaml", "manifests/voices.yaml"]
)
def test_a_setting_makes_a_lockfile_of_no_other_file(project: Project, lockfile: str) -> None:
    settings = f"environments: {{default: {{endpoint: sandbox, lockfile: {lockfile}}}}}\n"
    (project.folder / "voiceops.yaml").write_text(settings, "utf-8")
    ran = project.run("apply", "--yes")
    assert ran.code == 1
    assert f"lockfile is '{lockfile}', which " in ran.err


@pytest.mark.parametrize("key", ["language", "target_model", "created", "last_used", "spec"])
@pytest.mark.parametrize("text", ["\ud800", "x\n::error::", "9999-12-31 23:59:59", "\x1b[31m"])
def test_a_lockfile_with_odd_texts_is_refused_before_anything_is_paid(
    remote: Project, service: Service, key: str, text: str
) -> None:
    assert remote.run("apply", "--yes", "--only", "anchor").code == 0
    bills = len(service.sandbox.list_bills())
    held = json.loads(remote.lockfile.read_bytes())
    held["voices"]["anchor"][key] = text
    remote.lockfile.write_text(json.dumps(held), "ascii")
    for words in (
        ("validate", "--locked"),
        ("plan",),
        ("apply", "--yes"),
        ("drift",),
        ("resolve",),
        ("resolve", "--format", "env"),
    ):
        ran = remote.run(*words)
        assert ran.code == 1
        told = ran.out + ran.err
        assert f"voiceops.lock: anchor: {key} " in told
        assert "\x1b[31m" not in told
        assert "\n::error" not in told
    assert len(service.sandbox.list_bills()) == bills
