"""The mark of `lockfile-push`: what a machine that died had sent is not paid for again."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import pytest
from cli_process import SETTINGS, TIME_LIMIT_S, Project, Ran
from cli_service import Service
from git_desk import git, push_to_new_origin
from test_process_signals import read_until

PUSH = ("lockfile-push", "--branch", "main", "--author", "Robo <robo@example.com>")
CHECK = (*PUSH, "--check", "push")
APPLY = ("apply", "--yes", "--parallelism", "1")
DONE = Ran(0, "", "")


@pytest.fixture
def origin(remote: Project, tmp_path: Path) -> Path:
    """Give the bare repository that the project was pushed to."""
    return push_to_new_origin(remote.folder, tmp_path)


def set_settle(project: Project, seconds: float) -> None:
    """Push how long what was sent may still be executed."""
    settings = SETTINGS.replace("settle_s: 1\n", f"settle_s: {seconds:g}\n")
    (project.folder / "voiceops.yaml").write_text(settings, encoding="utf-8")
    git(project.folder, "commit", "-qam", "Settle")
    git(project.folder, "push", "-q", "origin", "main")


def clone(project: Project, origin: Path) -> Project:
    """Give the next machine: a fresh clone, without journal."""
    folder = project.folder.with_name("next")
    git(origin, "clone", "-q", "--depth", "1", origin.as_uri(), str(folder))
    return replace(project, folder=folder)


def list_marks(origin: Path) -> list[str]:
    return git(origin, "for-each-ref", "--format=%(refname)", "refs/voiceops").split()


def test_a_mark_is_there_while_an_apply_runs_and_no_longer(remote: Project, origin: Path) -> None:
    assert remote.run(*CHECK) == DONE
    (mark,) = list_marks(origin)
    assert mark.startswith("refs/voiceops/applying/")
    assert "Applying voiceops.lock since 20" in git(origin, "log", "-1", "--format=%B", mark)
    assert git(origin, "ls-tree", mark) == ""
    assert remote.run(*APPLY).code == 0
    assert remote.run(*PUSH).code == 0
    assert list_marks(origin) == []
    assert git(remote.folder, "for-each-ref", "refs/voiceops") == ""


def test_where_nothing_had_to_be_pushed_the_mark_goes_too(remote: Project, origin: Path) -> None:
    assert remote.run(*CHECK) == DONE
    assert remote.run(*PUSH).code == 0
    assert list_marks(origin) == []


def test_a_create_that_a_dead_machine_had_sent_is_paid_for_once(
    remote: Project, service: Service, origin: Path
) -> None:
    set_settle(remote, 4)
    service.may_create.clear()
    assert remote.run(*CHECK) == DONE
    with remote.start(*APPLY) as process:
        assert service.create_came.wait(TIME_LIMIT_S)
        process.send_signal(signal.SIGKILL)
    then = clone(remote, origin)
    with then.start(*CHECK) as waiting:
        said = read_until(waiting, b"an earlier run began to apply and did not end (Applying voice")
        assert service.sandbox.list_bills() == ()
        service.release()
        assert service.create_done.wait(TIME_LIMIT_S)
        out, err = waiting.communicate(timeout=TIME_LIMIT_S)
    ran = then.check(waiting.returncode, out, said + err)
    assert (ran.code, ran.out) == (0, ""), ran.err
    assert then.run(*APPLY).code == 0
    assert then.run(*PUSH).code == 0
    billed = sorted(bill.voice for bill in service.sandbox.list_bills())
    assert (len(billed), sorted(then.voices().values())) == (3, billed)
    assert list_marks(origin) == []


def test_a_create_of_unknown_outcome_leaves_the_mark(
    remote: Project, service: Service, origin: Path
) -> None:
    """A run that was stopped twice pushes, and its machine goes with the journal."""
    service.may_create.clear()
    assert remote.run(*CHECK) == DONE
    with remote.start(*APPLY) as process:
        assert service.create_came.wait(TIME_LIMIT_S)
        process.send_signal(signal.SIGKILL)
    ran = remote.run(*PUSH)
    assert (ran.code, "A create has no known outcome: the next run waits" in ran.err) == (0, True)
    assert len(list_marks(origin)) == 1


def test_ctrl_c_ends_the_wait_and_the_mark_stays(remote: Project, origin: Path) -> None:
    set_settle(remote, 3600)
    assert remote.run(*CHECK) == DONE
    before = git(origin, "for-each-ref", "refs/voiceops")
    then = clone(remote, origin)
    with then.start(*CHECK) as waiting:
        said = read_until(waiting, b"waiting   3600 s at the most")
        waiting.send_signal(signal.SIGINT)
        out, err = waiting.communicate(timeout=TIME_LIMIT_S)
    assert then.check(waiting.returncode, out, said + err).code == 130
    assert git(origin, "for-each-ref", "refs/voiceops") == before


def test_no_login_of_an_address_is_shown(remote: Project, origin: Path) -> None:
    url = "https://anna:s3cret@example.com/"
    git(remote.folder, "config", f"url.{origin.parent}/.insteadOf", url)
    words = (*CHECK, "--remote", f"{url}origin.git")
    assert remote.run(*words) == DONE
    ran = remote.run(*words)
    assert (ran.code, "s3cret" in ran.err) == (0, False)
    assert "git push https://example.com/origin.git --delete refs/voiceops/applying/" in ran.err


def test_after_the_wait_the_branch_is_looked_at_again(remote: Project, origin: Path) -> None:
    """The earlier run may have ended meanwhile, and pushed what this one would pay for."""
    set_settle(remote, 20)
    assert remote.run(*CHECK) == DONE
    then = clone(remote, origin)
    with then.start(*CHECK) as waiting:
        said = read_until(waiting, b"waiting   20 s at the most")
        assert remote.run(*APPLY).code == 0
        assert remote.run(*PUSH).code == 0
        out, err = waiting.communicate(timeout=TIME_LIMIT_S)
    ran = then.check(waiting.returncode, out, said + err)
    assert (ran.code, "the checkout is older than main: voiceops.lock differs" in ran.err) == (
        3,
        True,
    )
    assert list_marks(origin) == []


def test_the_mark_of_another_run_is_not_taken_away(remote: Project, origin: Path) -> None:
    set_settle(remote, 0)
    assert remote.run(*CHECK) == DONE
    then = clone(remote, origin)
    assert then.run(*CHECK).code == 0
    theirs = list_marks(origin)
    assert remote.run(*PUSH).code == 0
    assert list_marks(origin) == theirs
    assert then.run(*PUSH).code == 0
    assert list_marks(origin) == []


def test_a_server_that_takes_no_such_ref_is_warned_of(remote: Project, origin: Path) -> None:
    hook = origin / "hooks" / "update"
    hook.write_text("#!/bin/sh\ncase $1 in refs/heads/*) ;; *) exit 1 ;; esac\n", encoding="utf-8")
    hook.chmod(0o755)
    ran = remote.run(*CHECK)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (0, "", 1)
    assert ran.err.startswith("warning: the server takes no mark refs/voiceops/applying/")
    assert ran.err.endswith("dies while it applies, start the next run 1 s later\n")
    assert remote.run(*APPLY).code == 0
    assert remote.run(*PUSH).code == 0
    assert "voiceops.lock" in git(origin, "ls-tree", "--name-only", "main").split()
