"""`voiceops validate`."""

from __future__ import annotations

import click

from voiceops.cli.delivery import Delivery, document_options
from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode


@click.command("validate")
@click.option(
    "--locked", "is_locked", is_flag=True, help="The lockfiles must agree with the manifests, too."
)
@global_options
@document_options
def command(said: Global, *, delivery: Delivery, is_locked: bool) -> int:
    """Check settings and manifests, and report all faults at once as path:line:column: message.

    Without --env every environment's manifests are checked. Exits 1 if there is a fault.
    """
    from voiceops.report.text.findings import render_findings
    from voiceops.workflows.validate import validate

    found = validate(said.root, said.environment, is_locked=is_locked)
    code = ExitCode.FAILED if found.faults else ExitCode.DONE
    return delivery.deliver(found, code, write_text=lambda: render_findings(found))
