"""`voiceops lockfile-push`: what a pipeline does with the lockfile, before and after an apply."""

from __future__ import annotations

import os

import click

from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode


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
    help="Push nothing. `tip`: is the branch's lockfile the checkout's? `push`: and could it be "
    "pushed?",
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
    """
    from voiceops.files.project.git_command import TOKEN_VARIABLE
    from voiceops.files.project.git_push import Destination, check_tip, prove_push, push_lockfile

    environment = said.read_config().environment(said.environment)
    token = os.environ.get(TOKEN_VARIABLE, "")
    message = f"Record voices of {environment.name}\n\n{note}".rstrip()
    to = Destination(remote, branch, author, message, push_option)
    if check is not None:
        prove = prove_push if check == "push" else check_tip
        prove(environment.lockfile, to, token=token, user=user)
        return ExitCode.DONE
    commit = push_lockfile(environment.lockfile, to, token=token, user=user)
    if commit:
        click.echo(commit)
    else:
        click.echo("The branch has these voices already.", err=True)
    return ExitCode.DONE
