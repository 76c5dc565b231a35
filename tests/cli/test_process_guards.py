"""What an apply refuses, or gets for nothing: no service, no declaration, no lockfile."""

from __future__ import annotations

import json

import pytest
from cli_process import NAMES, Project

SANDBOX = ("--env", "sandbox")


@pytest.mark.parametrize("words", [("plan",), ("apply", "--yes")])
def test_a_refused_connection_is_an_error_and_changes_nothing(
    project: Project, words: tuple[str, ...]
) -> None:
    nowhere = {
        "DASHSCOPE_API_KEY": "sk-nowhere",
        "DASHSCOPE_HTTP_BASE_URL": "http://127.0.0.1:9/api/v1",
    }
    ran = project.run(*words, env=nowhere)
    assert ran.code == 1
    assert "cannot reach 127.0.0.1:9" in ran.err
    assert "sk-nowhere" not in ran.out + ran.err
    assert not (project.folder / "voiceops.lock").exists()


def test_nothing_declared_is_refused_until_it_is_allowed(project: Project) -> None:
    assert project.run("apply", *SANDBOX, "--yes").code == 0
    for path in (project.folder / "manifests").iterdir():
        path.write_text("voices: {}\n", encoding="utf-8")
    assert project.run("plan", *SANDBOX).code == 0
    refused = project.run("apply", *SANDBOX, "--yes")
    assert refused.code == 3
    assert "no voice is declared" in refused.err
    assert tuple(project.voices()) == NAMES
    assert project.run("apply", *SANDBOX, "--yes", "--allow-empty").code == 0
    assert tuple(project.voices()) == ()


def test_a_lost_lockfile_costs_nothing(project: Project) -> None:
    assert project.run("apply", *SANDBOX, "--yes").code == 0
    lockfile = project.sandbox_lockfile
    before = json.loads(lockfile.read_bytes())
    lockfile.unlink()
    assert f"{len(NAMES)} adopted" in project.run("apply", *SANDBOX, "--yes").out
    assert json.loads(lockfile.read_bytes()) == before
