"""`voiceops sandbox`: the service on your own machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode

if TYPE_CHECKING:
    from voiceops.sandbox.service import Sandbox

HOST = "127.0.0.1"


@click.group("sandbox", short_help="Run the service on your own machine.")
def command() -> None:
    """Run, or reset, a stand-in of the service on this machine.

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
@global_options
def serve_command(said: Global, *, port: int) -> int:
    """Serve the sandbox over HTTP, to this machine alone, until it is stopped.

    Any key is accepted. Point a client at it with DASHSCOPE_HTTP_BASE_URL.
    """
    from voiceops.sandbox.server import serve

    def ready(real_port: int) -> None:
        click.echo(f"The sandbox listens at http://{HOST}:{real_port}/api/v1")
        click.echo(f"Next: DASHSCOPE_HTTP_BASE_URL=http://{HOST}:{real_port}/api/v1 voiceops plan")

    sandbox = _open(said)
    try:
        serve(sandbox, host=HOST, port=port, ready=ready)
    finally:
        sandbox.close()
    return ExitCode.DONE


@command.command("reset", short_help="Forget all voices of the sandbox.")
@global_options
def reset_command(said: Global) -> int:
    """Forget all voices of the sandbox, and what they cost."""
    sandbox = _open(said)
    sandbox.reset()
    sandbox.close()
    click.echo("The sandbox is empty.")
    return ExitCode.DONE


def _open(said: Global) -> Sandbox:
    from voiceops.cli.workspace import find_root, open_sandbox

    return open_sandbox(find_root(said))
