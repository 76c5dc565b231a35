"""`voiceops init`."""

from __future__ import annotations

import shlex

import click

from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode


@click.command("init")
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "none"]),
    help="Add a pipeline for this system; by default for the one that is found.",
)
@global_options
def command(said: Global, *, ci: str | None) -> int:
    """Add what a project needs and lacks: a manifest, its schema, git's settings, a pipeline.

    Nothing that is there is written over.
    """
    from voiceops.effects import System
    from voiceops.files.scaffold import (
        Ci,
        find_ci,
        is_below_top,
        plan_scaffold,
        write_scaffold,
    )

    root = said.root
    chosen = Ci(ci) if ci else find_ci(root)
    new = plan_scaffold(root, chosen)
    write_scaffold(root, new, effects=System())
    for file in new:
        click.echo(f"{'made' if file.is_new else 'added to'}  {file.path}")
    if not new:
        click.echo("The project has all of it.")
    if chosen is Ci.GITHUB and is_below_top(root):
        message = "warning: GitHub reads workflows at the top of a repository alone"
        click.echo(f"{message}: move .github there, and set its `working-directory`", err=True)
    where = f" -C {shlex.quote(said.directory)}" if said.directory else ""
    click.echo(f"Next: voiceops plan --env sandbox{where}")
    return ExitCode.DONE
