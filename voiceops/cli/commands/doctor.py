"""`voiceops doctor`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from voiceops.cli.options import Global, global_options
from voiceops.cli.terminal import style_for
from voiceops.errors import ExitCode

if TYPE_CHECKING:
    from voiceops.files.settings.read import Environment
    from voiceops.provider.transport.access import Access


@click.command("doctor")
@global_options
def command(said: Global) -> int:
    """Look at settings, files, lock, journal, endpoint, key, clock and quota of an environment.

    The service is asked for one voice; nothing is changed. Exits 1 if something is broken, so
    that plan or apply cannot work.
    """
    from voiceops.cli.workspace import reach
    from voiceops.core.health import State
    from voiceops.effects import System
    from voiceops.report.text.health import render_check, render_verdict
    from voiceops.workflows.doctor import diagnose

    root, style = said.root, style_for(sys.stdout, said.colour)

    @contextmanager
    def reach_service(environment: Environment) -> Iterator[Access]:
        with reach(root, environment) as (access, _):
            yield access

    checks = []
    for check in diagnose(
        root,
        said.environment,
        variables=os.environ,
        effects=System(root),
        reach=reach_service,
    ):
        click.echo(render_check(check, style), nl=False, color=True)
        checks.append(check)
    click.echo(render_verdict(checks, style), nl=False, color=True)
    is_broken = any(check.state is State.BROKEN for check in checks)
    return ExitCode.FAILED if is_broken else ExitCode.DONE
