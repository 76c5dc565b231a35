"""`voiceops drift`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from voiceops.cli.delivery import Delivery, document_options
from voiceops.cli.everywhere import everywhere_option, run_everywhere, say_each
from voiceops.cli.options import Global, global_options, parallelism_option
from voiceops.cli.terminal import style_for
from voiceops.errors import ExitCode

if TYPE_CHECKING:
    from voiceops.core.settings import Options


@click.command("drift")
@parallelism_option
@everywhere_option
@global_options
@document_options
def command(said: Global, *, delivery: Delivery, parallelism: int, all_environments: bool) -> int:
    """Look for whatever a person should know of: for cron.

    Exits 2 if a locked voice was lost or is echoed otherwise, if changes are pending, or if a
    voice of ours is at risk of being deleted for disuse; else 0. Unmanaged voices alone are 0,
    unless `orphans: delete` is set. Nothing is changed.
    """
    from voiceops.core.settings import Options

    def work(said: Global, delivery: Delivery) -> int:
        return _look(said, Options(parallelism=parallelism), delivery=delivery)

    if all_environments:
        return run_everywhere(say_each(said), delivery, work, parallelism=parallelism)
    return work(said, delivery)


def _look(said: Global, options: Options, *, delivery: Delivery) -> int:
    from voiceops.cli.workspace import open_workspace
    from voiceops.report.text.plan import render_plan
    from voiceops.workflows.plan import plan

    with open_workspace(said) as workspace:
        made = plan(workspace, options)
    word = "Drift." if made.has_drifted else "No drift."
    style = style_for(sys.stdout, said.colour)
    code = ExitCode.CHANGES if made.has_drifted else ExitCode.DONE
    return delivery.deliver(made, code, write_text=lambda: f"{render_plan(made, style)}{word}\n")
