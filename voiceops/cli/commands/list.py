"""`voiceops list`."""

from __future__ import annotations

import sys

import click

from voiceops.cli.options import Global, global_options
from voiceops.cli.terminal import style_for, write_json
from voiceops.errors import ExitCode
from voiceops.report.terminal import show


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the voices as JSON.")
@global_options
def command(said: Global, *, as_json: bool) -> int:
    """List every designed voice of the account.

    Managed voices stand in this environment's lockfile, deposed ones were replaced and are not
    deleted yet, sibling ones belong to another environment of this repository; unmanaged ones
    belong to nobody here, and foreign ones do not look like a designed voice.
    """
    from voiceops.cli.workspace import open_workspace
    from voiceops.report.text.voices import render_inventory
    from voiceops.workflows.plan import list_voices

    with open_workspace(said) as workspace:
        found = list_voices(workspace)
        unreachable = workspace.provider.unreachable
    for family, answer in sorted(unreachable.items()):
        message = f"the voices of the family {family} are not listed: {show(answer)}"
        click.echo(f"warning: {message}", err=True)
    if as_json:
        click.echo(write_json(found), nl=False)
    else:
        text = render_inventory(found, style_for(sys.stdout, said.colour))
        click.echo(text, nl=False, color=True)
    return ExitCode.DONE
