"""The key is in no byte that is written, however an apply ends and whatever the service repeats.

Every run of these tests is searched for it (`Project.check`), and every project when its test is
over; here the service throws the key back in each place where a reply has room for it.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cli_process import KEY, KEY_FORMS, Project, find_key
from cli_service import Action, Service


@pytest.mark.parametrize("action", ["list", "create"])
@pytest.mark.parametrize("status", [200, 401])
def test_a_service_that_repeats_the_key_does_not_get_it_printed(
    remote: Project, service: Service, status: int, action: str
) -> None:
    repeated = f"Authorization: Bearer {KEY}"
    refusal: dict[str, object] = {
        "code": "InvalidApiKey",
        "message": f"Invalid: {repeated}",
        "request_id": repeated,
    }
    service.refuse = lambda asked: (status, refusal) if asked["action"] == action else None
    ran = remote.run("apply", "--yes", "--no-settle", "--only", "anchor")
    assert ran.code in (1, 4)
    assert "InvalidApiKey" in ran.out + ran.err


def test_the_key_really_is_what_the_service_gets(remote: Project, service: Service) -> None:
    assert remote.run("apply", "--yes").code == 0
    assert len(service.sandbox.list_bills()) == 3
    wrong = remote.run("apply", "--yes", env={"DASHSCOPE_API_KEY": f"{KEY}x"})
    assert wrong.code == 1
    assert "InvalidApiKey" in wrong.err


def test_a_voice_named_like_the_key_is_not_recorded(remote: Project, service: Service) -> None:
    def distort(action: Action, document: dict[str, object]) -> None:
        output = document.get("output")
        if action["action"] == "create" and isinstance(output, dict):
            output["voice"] = KEY

    service.distort = distort
    assert remote.run("apply", "--yes", "--only", "anchor").code == 0


def test_the_key_in_a_manifest_is_not_repeated_by_a_fault(project: Project, tmp_path: Path) -> None:
    settings = tmp_path / "project" / "voiceops.yaml"
    text = "version: 1\nenvironments: {prod: {api_key: '%s'}}\n"
    settings.write_text(text % KEY, encoding="utf-8")
    ran = project.run("plan", "--env", "prod")
    assert ran.code == 1
    settings.unlink()  # it is the user's own file that holds it


@pytest.mark.parametrize("form", sorted(KEY_FORMS))
def test_each_form_would_be_found(form: str) -> None:
    assert form in find_key(b"before " + KEY_FORMS[form] + b" after")
    assert find_key(b"nothing of the kind") == []


@pytest.mark.parametrize("before", range(4))
def test_base64_is_found_at_every_alignment(before: int) -> None:
    assert find_key(base64.b64encode(b"x" * before + KEY.encode() + b"yy"))
