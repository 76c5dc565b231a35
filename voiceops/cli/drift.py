"""`voiceops drift`."""

from __future__ import annotations

import sys

import click

from voiceops.cli.delivery import Delivery, document_options
from voiceops.cli.options import Global, global_options
from voiceops.cli.terminal import style_for
from voiceops.errors import ExitCode


@click.command("drift")
@global_options
@document_options
def command(said: Global, *, delivery: Delivery) -> int:
    """Look for whatever a person should know of: for cron.

    Exits 2 if a locked voice was lost or is echoed otherwise, if changes are pending, or if a
    voice of ours is at risk of being deleted for disuse; else 0. Unmanaged voices alone are 0,
    unless `orphans: delete` is set. Nothing is changed.
    """
    from voiceops.cli.workspace import open_workspace
    from voiceops.core.settings import Options
    from voiceops.report.plan_text import render_plan
    from voiceops.workflow import plan

    with open_workspace(said) as workspace:
        made = plan(workspace, Options())
    word = "Drift." if made.has_drifted else "No drift."
    style = style_for(sys.stdout, said.colour)
    delivery.deliver(made, write_text=lambda: f"{render_plan(made, style)}{word}\n")
    return ExitCode.CHANGES if made.has_drifted else ExitCode.DONE
