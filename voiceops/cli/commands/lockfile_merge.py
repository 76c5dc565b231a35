"""`voiceops lockfile-merge`: git's merge driver for lockfiles."""

from __future__ import annotations

from pathlib import Path

import click

from voiceops.errors import ExitCode, VoiceopsError
from voiceops.report.terminal import show

# Git takes 1 to 128 for a conflict, and anything above for a driver that failed.
_FAILED = 129


@click.command("lockfile-merge", hidden=True)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
def command(*, base: Path, ours: Path, theirs: Path) -> int:
    """Merge three versions of a lockfile by name; the result is written over OURS.

    What both sides changed differently stays between conflict markers, with both voices. Exits 1
    if there is a conflict. Tell git once: git config merge.voiceops.driver "voiceops
    lockfile-merge %O %A %B"; and in .gitattributes: voiceops*.lock merge=voiceops
    """
    from voiceops.effects import System
    from voiceops.files.lockfile.merge import merge_lockfiles

    try:
        is_clean = merge_lockfiles(base, ours, theirs, effects=System(Path.cwd()))
    except VoiceopsError as error:
        click.echo(f"error: {show(error.message)}", err=True)
        return _FAILED
    return ExitCode.DONE if is_clean else ExitCode.FAILED
