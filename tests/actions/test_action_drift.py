"""`drift`: one issue, open while there is drift."""

from __future__ import annotations

import json

from action_world import KEY, LOCK, SETTINGS, World, lockfile_of
from github_server import BOT, READ_ONLY_TOKEN

WRITES = "POST /repos/team/voices/issues"


def drift(world: World, **inputs: str) -> tuple[str, str, list[str]]:
    """Look for drift; gives how the job and the command ended, and what was changed at the hub."""
    del world.hub.changes[:]
    ended = world.run("drift", machine=world.machine(event="schedule"), **inputs)
    return ended.conclusion, ended.outputs["exit_code"], list(world.hub.changes)


def test_one_issue_is_opened_updated_and_closed(world: World) -> None:
    world.run("apply")
    assert drift(world) == ("success", "0", [])

    world.declare("anchor", "bella", "wetter")
    assert drift(world) == ("success", "2", [WRITES])
    (issue,) = world.hub.issues
    first = str(issue["body"])
    assert issue["title"] == "Voices of default: 1 to create"
    assert first.startswith("<!-- voiceops-drift:default -->\n### Drift: 1 to create\n")

    assert drift(world) == ("success", "2", [])
    assert issue["body"] == first

    world.declare("anchor", "wetter", "xenia", "ynez")
    number = issue["number"]
    assert drift(world) == ("success", "2", [f"PATCH /repos/team/voices/issues/{number}"])
    assert issue["title"] == "Voices of default: 2 to create"
    assert "### Drift: 2 to create\n" in str(issue["body"])

    world.run("apply")
    comment = f"POST /repos/team/voices/issues/{number}/comments"
    assert drift(world) == ("success", "0", [comment, f"PATCH /repos/team/voices/issues/{number}"])
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert world.hub.bodies(int(str(number)))[0].startswith("Account and manifests agree again")

    world.declare("anchor")
    assert drift(world) == ("success", "2", [WRITES])
    assert [one["state"] for one in world.hub.issues] == ["closed", "open"]


def test_a_drift_that_failed_leaves_the_issue_alone(world: World) -> None:
    marker = "<!-- voiceops-drift:default -->"
    issue = world.hub.open_issue(BOT, "Drift", f"{marker}\nfindings\n\nFound by a run.")
    before = dict(issue)
    world.account.follow("faults: [{on: list, reply: {status: 401, code: InvalidApiKey}}]")
    assert drift(world) == ("failure", "1", [])
    assert issue == before


def test_an_issue_is_found_on_a_later_page_and_by_its_author(world: World) -> None:
    world.hub.page_size = 1
    marker = "<!-- voiceops-drift:default -->"
    for login, body in (("mallory", marker), (BOT, "other"), (BOT, f"{marker}\nold\n\nfoot")):
        world.hub.open_issue(login, "Drift", body)
    conclusion, _, changes = drift(world)
    assert conclusion == "success"
    assert changes == ["PATCH /repos/team/voices/issues/3"]


def test_a_report_too_long_for_an_issue_is_cut(world: World) -> None:
    world.declare(*(f"voice_{number:03d}_{'x' * 6}" for number in range(600)))
    assert drift(world) == ("success", "2", [WRITES])
    body = str(world.hub.issues[0]["body"])
    assert 60_000 < len(body) < 65_536
    assert "are cut here, for want of room" in body


def test_drift_fails_the_job_if_asked_to_and_without_an_issue_no_token_is_used(
    world: World,
) -> None:
    ended = drift(world, issue="false", fail_on_drift="true", token=READ_ONLY_TOKEN)
    assert ended == ("failure", "2", [])
    assert world.hub.reads == []


def test_a_checkout_older_than_the_branch_tells_nothing_of_drift(world: World) -> None:
    machine = world.machine(event="schedule")
    world.push({LOCK: lockfile_of("anchor")})
    ended = world.run("drift", machine=machine)
    assert ended.conclusion == "failure"
    assert "the checkout is older than refs/heads/main" in ended.log
    assert world.hub.changes == []


def test_title_body_and_output_say_the_same_of_a_voice_that_is_gone(world: World) -> None:
    world.push({"voiceops.yaml": SETTINGS.replace("settle_s: 1", "settle_s: 0")})
    world.run("apply")
    delete = {"action": "delete", "voice": world.locked()["anchor"]}
    body = {"model": "qwen-voice-design", "input": delete}
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    path = "/api/v1/services/audio/tts/customization"
    assert world.account.answer(path, headers, json.dumps(body).encode())[0] == 200
    ended = world.run("drift", machine=world.machine(event="schedule"))
    (issue,) = world.hub.issues
    assert issue["title"] == "Voices of default: 1 to create, 1 drifted"
    assert "\n### Drift: 1 to create, 1 drifted\n" in str(issue["body"])
    assert (ended.outputs["drift"], ended.outputs["creates"]) == ("1", "1")
