"""`voiceops sandbox`: the service on your own machine."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode

if TYPE_CHECKING:
    from voiceops.files.settings.read import Environment
    from voiceops.sandbox.script import Script
    from voiceops.sandbox.service import Sandbox

HOST = "127.0.0.1"
_MOST_DAYS = 36_500


class Days(click.ParamType[int]):
    """A number of days, written like 370d."""

    name = "days"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read the number; what is none is a usage error."""
        match = re.fullmatch(r"([0-9]{1,5})d", str(value))
        if match is None or not 0 < int(match[1]) <= _MOST_DAYS:
            self.fail(f"{value!r} is no number of days; write it like 370d", param, ctx)
        return int(match[1])


@click.group("sandbox")
def command() -> None:
    """Run a stand-in of the service on this machine, and look after it.

    It speaks the same protocol, creates no real voice and costs nothing. `--env sandbox` reaches
    it without a server; both keep their voices in .voiceops/sandbox.db.
    """


@command.command("serve", short_help="Serve the sandbox over HTTP on this machine.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8790,
    show_default=True,
    help="The port; 0 takes any that is free.",
)
@click.option(
    "--faults",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A script of what shall go wrong.",
)
@global_options
def serve_command(said: Global, *, port: int, faults: Path | None) -> int:
    """Serve the sandbox over HTTP, to this machine alone, until it is stopped.

    Any key is accepted. Point a client at it with DASHSCOPE_HTTP_BASE_URL.
    """
    from voiceops.sandbox.server import serve

    def ready(real_port: int) -> None:
        click.echo(f"The sandbox listens at http://{HOST}:{real_port}/api/v1")
        click.echo(f"Next: DASHSCOPE_HTTP_BASE_URL=http://{HOST}:{real_port}/api/v1 voiceops plan")

    with closing(_open(said, _read_script(faults))) as sandbox:
        serve(sandbox, host=HOST, port=port, ready=ready)
    return ExitCode.DONE


@command.command("ledger", short_help="Show what the sandbox would have billed.")
@click.option("--json", "as_json", is_flag=True, help="Print the ledger as JSON.")
@global_options
def ledger_command(said: Global, *, as_json: bool) -> int:
    """Show what the sandbox would have billed: voices made, and characters spoken.

    Deleting a voice takes nothing back. A voice whose reply was lost is billed, too.
    """
    from voiceops.cli.ledger_text import render_ledger
    from voiceops.core.families.qwen import QWEN

    with closing(_open(said)) as sandbox:
        bills = sandbox.list_bills()
    if as_json:
        click.echo(json.dumps([asdict(bill) for bill in bills], indent=2))
        return ExitCode.DONE
    settings = _find_environment(said).settings
    price, currency = settings.price_of(QWEN), settings.currency_of(QWEN)
    click.echo(render_ledger(bills, price, currency), nl=False)
    return ExitCode.DONE


@command.command("advance", short_help="Put the sandbox's clock ahead.")
@click.argument("days", metavar="DAYS", type=Days())
@global_options
def advance_command(said: Global, *, days: int) -> int:
    """Put the sandbox's clock ahead, for example by 370d.

    Voices that nobody spoke with for a year are deleted, as the service does.
    """
    with closing(_open(said)) as sandbox:
        deleted = sandbox.advance(days)
        today = sandbox.now().date()
    for voice in deleted:
        click.echo(f"deleted for disuse  {voice}")
    were = "voice was" if len(deleted) == 1 else "voices were"
    click.echo(f"At the sandbox it is {today}; {len(deleted):,} {were} deleted for disuse.")
    return ExitCode.DONE


@command.command("reset", short_help="Forget all voices of the sandbox.")
@global_options
def reset_command(said: Global) -> int:
    """Forget all voices of the sandbox, what they cost, and the journal of their creates."""
    from voiceops.effects import System
    from voiceops.files.write_errors import writing
    from voiceops.workflows.observe import JOURNAL_NAME

    environment = _find_environment(said)
    with closing(_open(said)) as sandbox:
        sandbox.reset()
    journal = environment.state_dir / JOURNAL_NAME
    with writing(journal):
        System(said.root).unlink(journal)
    click.echo("The sandbox is empty.")
    if environment.lockfile.exists():
        click.echo(f"Next: rm {environment.lockfile.name}  (it names voices that are no more)")
    return ExitCode.DONE


def _open(said: Global, script: Script | None = None) -> Sandbox:
    from voiceops.cli.workspace import open_sandbox

    return open_sandbox(said.root, _find_environment(said), script)


def _find_environment(said: Global) -> Environment:
    from voiceops.files.settings.read import SANDBOX

    return said.read_config().environment(said.environment or SANDBOX)


def _read_script(path: Path | None) -> Script | None:
    if path is None:
        return None
    from voiceops.cli.fault_script import read_script

    return read_script(path)
