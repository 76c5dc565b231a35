"""The edges of a terminal: closed and full streams, odd encodings, text that others wrote."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest
from cli_process import KEY, Project
from cli_service import Service
from test_process_hostile_text import HOSTILE, assert_harmless

SANDBOX = ("--env", "sandbox")


def write_lock(project: Project) -> None:
    project.sandbox_lockfile.write_text(
        '{"version": 1, "voices": {"\\u001b[2J\\n::set-env name=A::b\\u202e": {}}}'
    )


def write_sibling(project: Project) -> None:
    (project.folder / f"voiceops.{HOSTILE.replace('/', '_')}.lock").write_text("{", "utf-8")


@pytest.mark.parametrize("write", [write_lock, write_sibling])
def test_a_hostile_lockfile_is_harmless(project: Project, write: Callable[[Project], None]) -> None:
    write(project)
    assert_harmless(project.run("plan", *SANDBOX))


def test_a_hostile_folder_is_harmless(project: Project) -> None:
    assert_harmless(project.run("plan", "-C", f"/nowhere/{HOSTILE}"))


def test_a_surplus_hostile_argument_is_harmless(project: Project) -> None:
    assert_harmless(project.run("plan", HOSTILE))


@pytest.mark.parametrize(
    "repeated",
    [
        quote(KEY, safe=""),
        base64.b64encode(KEY.encode()).decode(),
        base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    ],
)
def test_a_service_that_repeats_the_encoded_key_does_not_get_it_printed(
    remote: Project, service: Service, repeated: str
) -> None:
    refusal: dict[str, object] = {"code": "InvalidApiKey", "message": f"Invalid: {repeated}"}
    service.refuse = lambda asked: (401, refusal)
    assert remote.run("plan").code == 1


def test_no_text_holds_a_legacy_workflow_command(project: Project) -> None:
    project.edit("Good evening.", '"##[set-env name=A]b"')
    assert "##[" not in project.run("plan", *SANDBOX).out
