"""`voiceops validate`."""

from __future__ import annotations

import click

from voiceops.cli.options import Global, global_options
from voiceops.cli.terminal import echo_document
from voiceops.errors import ExitCode


@click.command("validate", short_help="Check all manifests, offline; no key is needed.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@global_options
def command(said: Global, *, as_json: bool) -> int:
    """Check settings and manifests, and report all faults at once as path:line:column: message.

    Without --env every environment's manifests are checked. Exits 1 if there is a fault.
    """
    from voiceops.cli.workspace import find_root
    from voiceops.report.findings_text import render_findings
    from voiceops.workflow import validate

    found = validate(find_root(said), said.environment)
    if as_json:
        echo_document(found)
    else:
        click.echo(render_findings(found), nl=False)
    return ExitCode.FAILED if found.faults else ExitCode.DONE
