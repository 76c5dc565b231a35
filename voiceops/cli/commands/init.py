"""`voiceops init`."""

from __future__ import annotations

import shlex

import click

from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode
from voiceops.installation import DISTRIBUTION, find_pin_misfit, find_requirement

_NOT_TO_BE_HAD = (
    "this copy of voiceops came from neither a release nor a git address, so a pipeline cannot "
    "install the same one"
)
_EXAMPLE = f"'{DISTRIBUTION} @ git+https://HOST/PATH@COMMIT'"


@click.command("init")
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "none"]),
    help="Add a pipeline for this system; by default for the one that is found.",
)
@click.option(
    "--install",
    metavar="REQUIREMENT",
    help="What the pipeline installs, pinned; by default the copy that runs now.",
)
@global_options
def command(said: Global, *, ci: str | None, install: str | None) -> int:
    """Add what a project needs and lacks: a manifest, its schema, git's settings, a pipeline.

    Nothing that is there is written over.
    """
    from voiceops.effects import System
    from voiceops.files.project.scaffold import (
        Ci,
        find_ci,
        is_below_top,
        lacks_pipeline,
        plan_scaffold,
        write_scaffold,
    )

    root = said.root
    chosen = Ci(ci) if ci else find_ci(root)
    requirement = _choose_requirement(install)
    is_stuck = lacks_pipeline(root, chosen) and requirement is None
    if is_stuck and ci:
        raise click.UsageError(f"{_NOT_TO_BE_HAD}: name one with --install {_EXAMPLE}")
    new = plan_scaffold(root, chosen, requirement=requirement)
    write_scaffold(root, new, effects=System(root))
    for file in new:
        click.echo(f"{'made' if file.is_new else 'added to'}  {file.path}")
    if not new:
        click.echo("The project has all of it.")
    if chosen is Ci.GITHUB and is_below_top(root):
        message = "warning: GitHub reads workflows at the top of a repository alone"
        click.echo(f"{message}: move .github there, and set its `working-directory`", err=True)
    if is_stuck:
        again = f"voiceops init --ci {chosen} --install {_EXAMPLE}"
        click.echo(f"warning: no pipeline was written: {_NOT_TO_BE_HAD}. Run {again}", err=True)
    where = f" -C {shlex.quote(said.directory)}" if said.directory else ""
    click.echo(f"Next: voiceops plan --env sandbox{where}")
    return ExitCode.DONE


def _choose_requirement(install: str | None) -> str | None:
    """Take what was said, if it is pinned, else what this copy came from."""
    if install is None:
        return find_requirement()
    misfit = find_pin_misfit(install)
    if misfit:
        raise click.UsageError(f"--install {install!r} {misfit}, as in {_EXAMPLE}")
    return install
