"""`voiceops init`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode, UsageFault, VoiceopsError
from voiceops.installation import DISTRIBUTION, find_pin_misfit, find_requirement

if TYPE_CHECKING:
    from pathlib import Path

    from voiceops.files.project.pipeline import Pipeline
    from voiceops.files.project.scaffold import Ci

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

    Nothing that is there is written over. A pipeline is written for one environment (--env, if
    there are several beside the sandbox), and for the branch that git knows as the main one.
    """
    from voiceops.effects import System
    from voiceops.files.project.scaffold import Ci, find_ci, plan_scaffold, write_scaffold

    root = said.root
    chosen = Ci(ci) if ci else find_ci(root)
    requirement = _choose_requirement(install)
    pipeline = _choose_pipeline(said, chosen, requirement, is_asked=ci is not None)
    new = plan_scaffold(root, chosen, pipeline=pipeline)
    write_scaffold(root, new, effects=System(root))
    for file in new:
        click.echo(f"{'made' if file.is_new else 'added to'}  {file.path}")
    if not new:
        click.echo("The project has all of it.")
    _warn_below_top(root, chosen)
    where = f" -C {shlex.quote(said.directory)}" if said.directory else ""
    click.echo(f"Next: voiceops plan --env sandbox{where}")
    return ExitCode.DONE


def _choose_pipeline(
    said: Global, ci: Ci, requirement: str | None, *, is_asked: bool
) -> Pipeline | None:
    """Find what the pipeline is for; None if none is lacking.

    One that cannot be written and was asked for raises UsageFault, or as the settings do; one that
    nobody asked for is a warning, and None.
    """
    from voiceops.files.project.pipeline import make_pipeline
    from voiceops.files.project.scaffold import lacks_pipeline
    from voiceops.report.terminal import show

    if not lacks_pipeline(said.root, ci):
        return None
    try:
        if requirement is None:
            raise UsageFault(_NOT_TO_BE_HAD, hint=f"name one with --install {_EXAMPLE}")
        environment = said.read_config().environment(said.environment)
        return make_pipeline(said.root, environment, requirement)
    except VoiceopsError as error:
        if is_asked:
            raise
        message = f"warning: no pipeline was written: {show(error.message)}"
        click.echo(f"{message}; run `voiceops init --ci {ci}`", err=True)
        if error.hint:
            click.echo(f"  hint: {show(error.hint)}", err=True)
        return None


def _warn_below_top(root: Path, ci: Ci) -> None:
    """Say what to do where the platform does not look for the pipeline."""
    from voiceops.files.project.pipeline import find_top
    from voiceops.files.project.scaffold import Ci

    folder = root.relative_to(find_top(root)).as_posix()
    if folder == ".":
        return
    only = "at the top of a repository alone"
    if ci is Ci.GITHUB:
        click.echo(f"warning: GitHub reads workflows {only}: move .github there", err=True)
    if ci is Ci.GITLAB:
        click.echo(
            f"warning: GitLab reads .gitlab-ci.yml {only}: in Settings > CI/CD > General "
            f"pipelines, set `CI/CD configuration file` to {folder}/.gitlab-ci.yml",
            err=True,
        )


def _choose_requirement(install: str | None) -> str | None:
    """Take what was said, if it is pinned, else what this copy came from."""
    if install is None:
        return find_requirement()
    misfit = find_pin_misfit(install)
    if misfit:
        raise click.UsageError(f"--install {install!r} {misfit}, as in {_EXAMPLE}")
    return install
