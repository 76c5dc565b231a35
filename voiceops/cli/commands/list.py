"""`voiceops list`."""

from __future__ import annotations

import sys

import click

from voiceops.cli.options import Global, global_options
from voiceops.cli.terminal import style_for, write_json
from voiceops.errors import ExitCode


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
    if as_json:
        click.echo(write_json(found), nl=False)
    else:
        text = render_inventory(found, style_for(sys.stdout, said.colour))
        click.echo(text, nl=False, color=True)
    return ExitCode.DONE
