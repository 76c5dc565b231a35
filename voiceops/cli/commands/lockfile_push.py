"""`voiceops lockfile-push`: what a pipeline does with the lockfile, before and after an apply."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode, VoiceopsError

if TYPE_CHECKING:
    from voiceops.effects import Effects
    from voiceops.files.settings.read import Environment


@click.command("lockfile-push", hidden=True)
@click.option("--branch", required=True, help="The branch that takes the commit.")
@click.option("--remote", default="origin", show_default=True, help="Where the branch is.")
@click.option("--author", required=True, metavar="'NAME <ADDRESS>'", help="Who commits.")
@click.option("--note", default="", help="What the commit's message says below its subject.")
@click.option("--user", default="x-access-token", show_default=True, help="Whose the token is.")
@click.option("--push-option", multiple=True, help="Handed to the server with the push.")
@click.option(
    "--check",
    type=click.Choice(["tip", "push"]),
    help="Push no lockfile. `tip`: is the branch's lockfile the checkout's? `push`: and could it "
    "be pushed? Marks the server until the call after the apply.",
)
@global_options
def command(  # noqa: PLR0913 - one parameter an option, each by name
    said: Global,
    *,
    branch: str,
    remote: str,
    author: str,
    note: str,
    user: str,
    push_option: tuple[str, ...],
    check: str | None,
) -> int:
    """Commit the environment's lockfile on top of a branch, and push it; for pipelines.

    Nothing else is committed, and the checkout stays as it is. What others pushed in between is
    joined by name. Prints the commit, or nothing if there was nothing to commit. No hook is run.
    The token, if the server wants one, is in VOICEOPS_PUSH_TOKEN. Call it with `--check push`
    before an apply: what is wrong with checkout, author or token is then told before anything is
    paid for.

    `--check push` also leaves a mark on the server, refs/voiceops/applying/..., and the call after
    the apply takes it away. Where a mark is left by a run that died, `--check push` waits
    `settle_s` first: what that run sent may still be executed.
    """
    from voiceops.effects import System
    from voiceops.files.project.git_command import TOKEN_VARIABLE
    from voiceops.files.project.git_mark import Waiting
    from voiceops.files.project.git_push import (
        Destination,
        check_tip,
        end_mark,
        prove_push,
        push_lockfile,
    )

    environment = said.read_config().environment(said.environment)
    token = os.environ.get(TOKEN_VARIABLE, "")
    message = f"Record voices of {environment.name}\n\n{note}".rstrip()
    to = Destination(remote, branch, author, message, push_option)
    effects = System(said.root)
    if check == "tip":
        check_tip(environment.lockfile, to, token=token, user=user)
        return ExitCode.DONE
    if check == "push":
        waiting = Waiting(environment.settings.settle_s, effects, _say)
        prove_push(environment.lockfile, to, token=token, user=user, waiting=waiting)
        return ExitCode.DONE
    commit = push_lockfile(environment.lockfile, to, token=token, user=user)
    if commit:
        click.echo(commit)
    else:
        _say("The branch has these voices already.")
    if _is_settled(environment, effects):
        end_mark(environment.lockfile, to, token=token, user=user, say=_say)
    else:
        _say("A create has no known outcome: the next run waits until it must be known.")
    return ExitCode.DONE


def _is_settled(environment: Environment, effects: Effects) -> bool:
    """Tell whether the journal, which may go with this machine, knows how all creates ended."""
    from voiceops.files.state.journal import Journal
    from voiceops.workflows.observe import JOURNAL_NAME

    path = environment.state_dir / JOURNAL_NAME
    journal = Journal(path, effects=effects, settle_s=environment.settings.settle_s)
    try:
        return not journal.recall().intents
    except VoiceopsError:  # the next apply tells of it
        return False


def _say(text: str) -> None:
    """Tell a person, at once; parts of it are somebody else's."""
    from voiceops.report.terminal import show

    click.echo(show(text), err=True)
