"""`apply`: what was paid for is committed, whatever happens to the run."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator

import pytest
from action_world import LOCK, World, entry, git, lockfile_of
from git_server import serving_git
from github_server import READ_ONLY_TOKEN

REFUSED = "reply: {status: 400, code: DataInspectionFailed, message: no}"


@pytest.fixture
def served(world: World) -> Iterator[World]:
    """Give a world whose remote asks for the token before it takes a push."""
    with serving_git(world.folder) as url:
        world.remote = f"{url}/origin.git"
        yield world


def test_an_apply_commits_the_lockfile_and_nothing_else(served: World) -> None:
    world = served
    machine = world.machine()
    earlier_step = "echo '# changed' >> voiceops.yaml; echo stray > stray.txt; git add stray.txt"
    ended = world.run(
        "apply", machine=machine, before=earlier_step, author="Robo T. Bot <robo@example.com>"
    )
    assert (ended.conclusion, ended.outputs["exit_code"]) == ("success", "0")
    assert sorted(world.locked().values()) == sorted(world.account.billed)
    assert git(world.origin, "show", "--format=%an <%ae>%n%s", "--name-only", "main").split(
        "\n"
    ) == [
        "Robo T. Bot <robo@example.com>",
        "Record voices of default",
        "",
        LOCK,
        "",
    ]
    assert ended.outputs["commit"] == git(world.origin, "rev-parse", "main").strip()
    assert git(machine.workspace, "status", "--short").split("\n") == [
        "A  stray.txt",
        " M voiceops.yaml",
        "?? voiceops.lock",
        "",
    ]
    kept = machine.artifacts / ended.outputs["artifact"]
    assert {"apply.json", LOCK, "journal.jsonl"} < {path.name for path in kept.iterdir()}
    assert len(list((kept / "previews").iterdir())) >= 2

    before = world.subjects()
    ended = world.run("apply")
    assert (ended.conclusion, ended.outputs["commit"]) == ("success", "")
    assert ended.steps["commit"].log.strip() == "The branch has these voices already."
    assert world.subjects() == before


def test_a_partial_failure_is_committed_and_fails_the_job(world: World) -> None:
    world.account.follow(f"faults: [{{on: create, name: wetter, {REFUSED}}}]")
    ended = world.run("apply")
    assert (ended.conclusion, ended.outputs["exit_code"]) == ("failure", "4")
    assert ended.steps["run"].outcome == "failure"
    assert ended.outputs["failure_reason"] == "failed"
    assert "1 created, 1 failed" in ended.summary
    assert list(world.locked().values()) == world.account.billed
    assert set(world.locked()) == {"anchor"}


def come_first(world: World, *names: str) -> None:
    """Let somebody push a lockfile while the server looks at our first push, which is then late."""
    (world.desk / LOCK).write_text(lockfile_of(*names), encoding="utf-8")
    git(world.desk, "add", LOCK)
    git(world.desk, "commit", "-qm", "Come first")
    hook = world.origin / "hooks" / "pre-receive"
    hook.write_text(
        "#!/bin/sh\n"
        "case $(cat) in *refs/heads/main*) ;; *) exit 0 ;; esac\n"
        f'if [ -e "{world.folder}/raced" ]; then exit 0; fi\n'
        f'touch "{world.folder}/raced"\n'
        f'cd "{world.desk}" && env -u GIT_DIR -u GIT_QUARANTINE_PATH '
        "-u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES "
        "git push -q origin HEAD:main\n"
    )
    hook.chmod(0o755)


def test_what_others_push_before_and_during_our_push_stays(world: World) -> None:
    machine = world.machine()
    world.push({"README.md": "new\n"})
    come_first(world, "aaron", "zoe")
    ended = world.run("apply", machine=machine)
    assert ended.conclusion == "success", ended.log
    assert set(world.locked()) == {"aaron", "anchor", "wetter", "zoe"}
    assert world.subjects()[:3] == ["Record voices of default", "Come first", "Declare voices"]
    assert git(world.origin, "cat-file", "blob", "main:README.md") == "new\n"


def test_what_cannot_be_pushed_is_kept_and_said_aloud(world: World) -> None:
    hook = world.origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho this branch is protected\nexit 1\n")
    hook.chmod(0o755)
    machine = world.machine()
    ended = world.run("apply", machine=machine, artifact="false")
    assert (ended.conclusion, ended.outputs["exit_code"]) == ("failure", "0")
    assert "::error title=voiceops::the lockfile is NOT" in ended.steps["commit"].log
    assert "this branch is protected" in ended.steps["commit"].log
    kept = machine.artifacts / ended.outputs["artifact"]
    lock = json.loads((kept / LOCK).read_bytes())
    assert sorted(one["voice"] for one in lock["voices"].values()) == sorted(world.account.billed)


def test_a_voice_that_both_changed_is_never_decided_here(world: World) -> None:
    machine = world.machine()
    come_first(world, "anchor")
    ended = world.run("apply", machine=machine)
    assert ended.conclusion == "failure"
    assert "the lockfile is NOT committed" in ended.log
    assert "somebody else's push changed the same names: anchor" in ended.log
    assert world.locked() == {"anchor": entry("anchor")["voice"]}
    assert (machine.artifacts / ended.outputs["artifact"] / LOCK).exists()


def test_a_stale_plan_does_nothing_and_says_so(world: World) -> None:
    planned = world.run("plan")
    world.declare("anchor")
    name = "the plan's $(x).json"
    take = shlex.join(["cp", planned.outputs["document"], name])
    ended = world.run("apply", before=take, plan_file=name)
    assert (ended.conclusion, ended.outputs["exit_code"]) == ("failure", "3")
    assert "the saved plan is stale" in ended.summary
    assert ended.outputs["failure_reason"] == "DecisionNeeded"
    assert world.account.billed == []
    assert world.locked() == {}


def test_a_run_on_another_branch_is_refused_before_anything_is_paid(world: World) -> None:
    ended = world.run("apply", machine=world.machine(ref="refs/heads/feature"))
    assert (ended.conclusion, world.account.billed, world.locked()) == ("failure", [], {})
    assert "apply runs for the branch main alone, and this run is for refs/heads/fea" in ended.log
    assert {one.outcome for key, one in ended.steps.items() if key != "check"} == {"skipped"}


def test_another_branch_is_applied_if_an_input_names_it(world: World) -> None:
    git(world.desk, "push", "-q", "origin", "HEAD:live")
    ended = world.run("apply", machine=world.machine(ref="refs/heads/live"), branch="live")
    assert ended.conclusion == "success", ended.log
    assert world.locked() == {}
    assert LOCK in git(world.origin, "ls-tree", "--name-only", "live")


@pytest.mark.parametrize("name", [LOCK, f"{LOCK}.emergency.jsonl"])
def test_a_link_in_the_place_of_what_is_committed_pushes_nothing(world: World, name: str) -> None:
    secret = world.folder / "secret"
    secret.write_text("of this machine\n", encoding="utf-8")
    (world.desk / name).symlink_to(secret)
    world.declare("anchor", "wetter")
    ended = world.run("apply")
    assert (ended.conclusion, world.account.billed) == ("failure", [])
    assert "the link leads out of the project" in ended.log
    assert "of this machine" not in git(world.origin, "log", "-p", "--all")


def test_a_checkout_older_than_the_branch_pays_for_nothing(world: World) -> None:
    """What it lacks may be paid for already, and what it has may be deleted."""
    machine = world.machine()
    world.push({LOCK: lockfile_of("anchor")})
    ended = world.run("apply", machine=machine)
    assert (ended.conclusion, world.account.billed) == ("failure", [])
    assert "the checkout is older than refs/heads/main: voiceops.lock differs there" in ended.log
    assert "::error title=voiceops::nothing was done: " in ended.log


@pytest.mark.parametrize(
    ("before", "inputs", "why"),
    [
        pytest.param(
            # As in a container's job.
            "chown 12345:12345 .",
            {},
            "dubious ownership",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="run as root"),
        ),
        ("", {"author": ""}, "nobody is named as the author of the commit"),
        ("", {"author": "<>"}, "nobody is named as the author of the commit"),
        ("", {"token": READ_ONLY_TOKEN}, "Authentication failed"),
        ("rm -r .git", {}, "not a git repository"),
    ],
    ids=["owner", "author", "nobody", "token", "no_repository"],
)
def test_what_would_keep_the_lockfile_from_being_committed_is_told_before_anything_is_paid(
    served: World, before: str, inputs: dict[str, str], why: str
) -> None:
    ended = served.run("apply", before=before, **inputs)
    assert (ended.conclusion, ended.steps["run"].outcome) == ("failure", "skipped")
    assert (served.account.billed, served.locked()) == ([], {})
    assert "::error title=voiceops::nothing was done: " in ended.log
    assert why in ended.log


# Sets every hook to a program that tells what it sees, and fails.
SET_HOOKS = """
mkdir .hooks
for name in pre-commit pre-push post-index-change reference-transaction; do
  printf '#!/bin/sh\\nenv > "$RUNNER_TEMP/hook-%s"\\nexit 1\\n' "$name" > ".hooks/$name"
  chmod +x ".hooks/$name"
done
git config core.hooksPath "$PWD/.hooks"
"""


def test_no_hook_is_run_and_ignored_lockfiles_are_committed(served: World) -> None:
    (served.desk / ".gitignore").write_text("*.lock\n", encoding="utf-8")
    served.push({})
    machine = served.machine()
    before = served.subjects()
    ended = served.run("apply", machine=machine, before=SET_HOOKS)
    assert ended.conclusion == "success", ended.log
    assert list(machine.folder.rglob("hook-*")) == []
    assert set(served.locked()) == {"anchor", "wetter"}
    assert served.subjects() == ["Record voices of default", *before]


def test_what_another_checkout_left_of_a_token_is_not_used(served: World) -> None:
    header = f"http.{served.remote.removesuffix('origin.git')}.extraheader"
    words = ["git", "config", header, "AUTHORIZATION: basic d3Jvbmc6d3Jvbmc="]
    ended = served.run("apply", before=shlex.join(words))
    assert ended.conclusion == "success", ended.log
    assert set(served.locked()) == {"anchor", "wetter"}


@pytest.mark.parametrize("is_committed", [True, False], ids=["committed", "not_committed"])
def test_a_server_that_takes_no_artifacts_reddens_only_what_is_lost(
    world: World, is_committed: bool
) -> None:
    machine = world.machine()
    machine.github = {**machine.github, "GITHUB_SERVER_URL": "https://github.example"}
    ended = world.run("apply", machine=machine, commit=str(is_committed).lower())
    assert ended.steps["keep"].outcome == "failure"
    assert ended.conclusion == ("success" if is_committed else "failure")
    said = "::warning title=voiceops::the artifact was refused, and with it the previews; "
    assert (said in ended.log) == is_committed
    assert ("the lockfile is neither committed nor kept" in ended.log) != is_committed
