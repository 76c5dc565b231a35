"""`plan` and `validate` in a pull request: one comment, and none where it may not be."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from action_world import World, pull_request
from github_server import BOT, READ_ONLY_TOKEN


def test_a_second_plan_updates_the_comment_of_the_first(world: World) -> None:
    for voices, sha in ((("anchor", "wetter"), "a" * 40), (("anchor",), "b" * 40)):
        world.declare(*voices)
        machine = world.machine(event="pull_request", payload=pull_request(sha))
        ended = world.run("plan", machine=machine)
        assert (ended.conclusion, ended.outputs["exit_code"]) == ("success", "2")
        (body,) = world.hub.bodies(7)
        assert body.startswith(f"<!-- voiceops:default -->\n### Plan: {len(voices)} to create")
        assert f"\nPlan of {sha}, made by [this run](https://github.com/team/voices/" in body
    assert world.hub.changes == [
        "POST /repos/team/voices/issues/7/comments",
        "PATCH /repos/team/voices/issues/comments/1",
    ]
    assert world.account.billed == []


def test_the_comment_is_found_on_a_later_page_and_by_its_author(world: World) -> None:
    world.hub.page_size = 2
    world.hub.comment(7, "mallory", "<!-- voiceops:default -->\nmine")
    for number in range(3):
        world.hub.comment(7, BOT, f"something else {number}\n<!-- voiceops:default -->")
    world.hub.comment(7, BOT, "<!-- voiceops:default -->\r\nold")
    world.hub.comment(7, BOT, "<!-- voiceops:default-2 -->\nof another environment")
    machine = world.machine(event="pull_request", payload=pull_request("a" * 40))
    assert world.run("plan", machine=machine).conclusion == "success"
    assert world.hub.changes == ["PATCH /repos/team/voices/issues/comments/5"]
    assert "page=3" in world.hub.reads[-1]
    assert world.hub.bodies(7, "mallory") == ["<!-- voiceops:default -->\nmine"]


def test_what_a_manifest_says_is_code_in_the_comment(world: World) -> None:
    hostile = "@everyone <img src=x> --> `` ::error:: </details> #1 %0A"
    voices = f"  anchor:\n    voice_prompt: '{hostile}'\n    preview_text: Good evening.\n"
    defaults = "defaults: {target_model: qwen3-tts-vd, language: en}\n"
    world.push({"manifests/voices.yaml": f"{defaults}voices:\n{voices}"})
    machine = world.machine(event="pull_request", payload=pull_request("a" * 40))
    assert world.run("plan", machine=machine).conclusion == "success"
    (body,) = world.hub.bodies(7)
    assert f"``` {hostile} ```" in body
    assert body.count("<!--") == 1


def test_a_failed_plan_says_so_in_the_comment_and_the_job_fails(world: World) -> None:
    world.push({"manifests/voices.yaml": "voices: {anchor: {voice_promt: x}}\n"})
    machine = world.machine(event="pull_request", payload=pull_request("a" * 40))
    ended = world.run("plan", machine=machine)
    assert (ended.conclusion, ended.outputs["exit_code"]) == ("failure", "1")
    assert "voice_promt" in world.hub.bodies(7)[0]
    assert "::error " in ended.log
    assert "manifests/voices.yaml,line=1" in ended.log.replace("file=", "")


def test_a_plan_that_a_person_must_decide_on_fails_the_job(world: World) -> None:
    world.push({"voiceops.yaml": "version: 1\nmax_cost: 0.1\n"})
    ended = world.run("plan")
    assert (ended.conclusion, ended.outputs["exit_code"]) == ("failure", "3")
    assert ended.outputs["failure_reason"] == "max_cost"


def test_validate_of_a_fork_needs_no_secret_and_writes_nothing(world: World) -> None:
    payload = pull_request("a" * 40, repository="mallory/voices")
    machine = world.machine(event="pull_request", payload=payload)
    machine.secrets = {"GITHUB_TOKEN": READ_ONLY_TOKEN}
    machine.variables = {**machine.variables, "DASHSCOPE_HTTP_BASE_URL": ""}
    ended = world.run("validate", machine=machine)
    assert (ended.conclusion, ended.outputs["exit_code"]) == ("success", "0")
    assert ended.steps["Comment"].outcome == "skipped"
    assert "### Validate: 2 voices in 1 manifest, valid" in ended.summary


def test_a_plan_of_a_fork_leaves_the_comment_out(world: World) -> None:
    payload = pull_request("a" * 40, repository="mallory/voices")
    machine = world.machine(event="pull_request", payload=payload)
    machine.secrets = {**machine.secrets, "GITHUB_TOKEN": READ_ONLY_TOKEN}
    ended = world.run("plan", machine=machine)
    assert (ended.conclusion, ended.outputs["exit_code"]) == ("success", "2")
    assert ended.steps["Comment"].outcome == "skipped"
    assert world.hub.reads == []


@pytest.mark.parametrize("is_input", [True, False])
def test_a_key_that_is_an_input_is_seen_by_voiceops_alone(world: World, is_input: bool) -> None:
    """A key in the variables of the step works, too, and is seen by all that the action uses."""
    machine = world.machine()
    key = "${{ secrets.DASHSCOPE_API_KEY }}"
    if is_input:
        ended = world.run("plan", machine=machine)
    else:
        ended = world.run("plan", machine=machine, env={"DASHSCOPE_API_KEY": key}, keys="")
    assert (ended.conclusion, ended.outputs["exit_code"]) == ("success", "2")
    assert ("this step sees the key" in ended.log) != is_input


def test_a_token_that_may_not_comment_fails_the_job(world: World) -> None:
    machine = world.machine(event="pull_request", payload=pull_request("a" * 40))
    ended = world.run("plan", machine=machine, token=READ_ONLY_TOKEN)
    assert ended.conclusion == "failure"
    assert "Resource not accessible by integration" in ended.steps["Comment"].log


def test_an_input_that_means_nothing_is_refused_before_anything_is_done(world: World) -> None:
    ended = world.run("plan\necho pwned")
    assert (ended.conclusion, ended.steps["check"].code) == ("failure", 64)
    assert ended.log.strip().startswith("::error title=voiceops::the input command is ")
    assert ended.log.strip().count("\n") == 0
    assert {one.outcome for key, one in ended.steps.items() if key != "check"} == {"skipped"}


HOSTILE = ["x' \"; echo pwned $(touch pwned) `touch pwned`\n::error::b --> @all", "--help"]


@pytest.mark.parametrize("environment", HOSTILE)
def test_a_hostile_environment_stays_one_argument(world: World, environment: str) -> None:
    machine = world.machine(event="pull_request", payload=pull_request("a" * 40))
    ended = world.run("plan", machine=machine, environment=environment)
    assert (ended.conclusion, ended.outputs["exit_code"]) == ("failure", "64")
    assert "there is no environment" in ended.log
    assert not any(line.startswith("::error::") for line in ended.log.splitlines())
    assert list(machine.workspace.rglob("pwned")) == []
    (body,) = world.hub.bodies(7)
    assert body.splitlines()[0].count("-->") == 1
    assert "\n::error" not in body


@pytest.mark.parametrize("directory", ['it\'s a "földer"\n$(touch pwned)/--> @all * [x]', "-C"])
def test_a_hostile_directory_is_a_folder_like_any_other(
    make_world: Callable[..., World], directory: str
) -> None:
    world = make_world(directory)
    machine = world.machine(event="pull_request", payload=pull_request("a" * 40))
    assert world.run("plan", machine=machine).outputs["exit_code"] == "2"
    marker = world.hub.bodies(7)[0].splitlines()[0]
    assert (marker.count("-->"), marker[-4:]) == (1, " -->")
    assert world.run("apply", machine=world.machine()).conclusion == "success"
    assert set(world.locked()) == {"anchor", "wetter"}
    assert not [path for one in world.machines for path in one.folder.rglob("pwned")]


def test_options_of_the_command_are_inputs(world: World) -> None:
    world.run("apply")
    world.declare("bella", "carla", "xenia")
    inputs = {"allow_deletes": "2", "only": "bella\n\n  an*\n", "exclude": "carla"}
    ended = world.run("plan", machine=world.machine(), **inputs)
    assert ended.conclusion == "success", ended.log
    assert json.loads(ended.outputs["names"]) == ["anchor", "bella"]
    refused = world.run("plan", machine=world.machine(), locked="true")
    assert refused.conclusion == "failure"
    assert "::error title=voiceops::the input locked is not for plan\n" in refused.log
    assert refused.steps["run"].outcome == "skipped"
    odd = world.run("plan", machine=world.machine(), allow_empty="yes")
    assert "the input allow-empty is neither true nor false" in odd.log


def test_a_guard_that_refuses_lets_pass_what_an_input_allows(world: World) -> None:
    world.run("apply")
    world.push({"manifests/voices.yaml": "voices: {}\n"})
    refused = world.run("apply", machine=world.machine())
    assert (refused.conclusion, refused.outputs["exit_code"]) == ("failure", "3")
    allowed = {"allow_empty": "true", "allow_deletes": "2"}
    ended = world.run("apply", machine=world.machine(), **allowed)
    assert (ended.conclusion, world.locked()) == ("success", {}), ended.log


def test_validate_looks_at_lockfiles_and_fmt_at_the_form_if_asked(world: World) -> None:
    assert world.run("validate").conclusion == "success"
    ended = world.run("validate", machine=world.machine(), locked="true")
    assert ended.conclusion == "failure"
    formed = world.run("fmt")
    assert (formed.conclusion, formed.outputs["exit_code"]) == ("success", "0"), formed.log
    assert "### Fmt: all manifests are in canonical form" in formed.summary
    world.push({"manifests/more.yaml": "voices:   {}\n"})
    formed = world.run("fmt")
    assert (formed.conclusion, formed.outputs["exit_code"]) == ("failure", "1")
    assert "### Fmt: not all manifests are in canonical form" in formed.summary
    told = subprocess.run([f"{formed.outputs['bin']}/voiceops", "--version"], check=False)
    assert told.returncode == 0


def test_what_was_reviewed_can_be_told_from_what_was_done(world: World) -> None:
    machine = world.machine(event="pull_request", payload=pull_request("a" * 40))
    reviewed = world.run("plan", machine=machine)
    digest = reviewed.outputs["digest"]
    line = f"\n- Digest of the plan: {digest}\n"
    assert re.fullmatch("[0-9a-f]{12}", digest)
    assert line in world.hub.bodies(7)[0]
    assert line in Path(reviewed.outputs["markdown"]).read_text(encoding="utf-8")
    assert json.loads(reviewed.outputs["names"]) == ["anchor", "wetter"]
    done = world.run("apply", machine=world.machine())
    assert done.outputs["digest"] == digest
    assert line in done.summary
    assert json.loads(done.outputs["names"]) == ["anchor", "wetter"]
    assert json.loads(done.outputs["voices"]) == world.locked()
    world.declare("anchor")
    assert world.run("plan", machine=world.machine()).outputs["digest"] != digest
