"""`voiceops fmt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode, FilesInvalid, UsageFault
from voiceops.report.terminal import show

if TYPE_CHECKING:
    from voiceops.files.manifests.format import Formatting


@click.command("fmt")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file would change.")
@global_options
def command(said: Global, *, paths: tuple[str, ...], check: bool) -> int:
    """Bring the keys, indentation and blank lines of manifests into one form, offline.

    Comments stay, and so does every value. PATH is a file or a folder, looked for from where you
    are, then from the project's folder; without one, and without --env, the manifests of every
    environment are meant. Exits 1 if a file has a fault: it is left
    as it is.
    """
    from pathlib import Path

    from voiceops.effects import System
    from voiceops.files.manifests.format import plan_formatting, write_formatted

    if "" in paths:
        hint = "was a variable not set? without a path, all manifests are meant"
        raise UsageFault("a path is empty", hint=hint)
    root = said.root
    config = said.read_config()
    chosen = (
        [config.environment(said.environment)] if said.environment else config.environments.values()
    )
    globs = sorted({glob for environment in chosen for glob in environment.manifests})
    formatting = plan_formatting(root, globs, paths, here=Path.cwd())
    if not check:
        write_formatted(root, formatting, effects=System(root))
    for path in formatting.changes:
        click.echo(show(path))
    click.echo(_summarise(formatting, is_check=check))
    if formatting.faults:
        raise FilesInvalid(formatting.faults)
    return ExitCode.FAILED if check and formatting.changes else ExitCode.DONE


def _summarise(formatting: Formatting, *, is_check: bool) -> str:
    noun = "manifest" if formatting.files == 1 else "manifests"
    done = "would be formatted" if is_check else "formatted"
    return f"{len(formatting.changes):,} of {formatting.files:,} {noun} {done}."
