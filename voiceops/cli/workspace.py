"""Open the workspace that a command works in: settings, key, endpoint, service."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voiceops.cli.options import Global
from voiceops.effects import System
from voiceops.errors import UsageFault
from voiceops.files.settings.read import SANDBOX, Environment
from voiceops.files.state.folder import make_state_dir
from voiceops.files.write_errors import writing
from voiceops.provider.service import Service
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import resolve_endpoint, sandbox_endpoint
from voiceops.provider.transport.key import check_key
from voiceops.report.terminal import show
from voiceops.workflows.observe import Workspace, find_neighbours, find_siblings

if TYPE_CHECKING:
    from voiceops.provider.transport.websocket import Channel, Dial
    from voiceops.sandbox.script import Script
    from voiceops.sandbox.service import Sandbox

BASE_URL_VARIABLE = "DASHSCOPE_HTTP_BASE_URL"


@contextmanager
def open_workspace(said: Global) -> Iterator[Workspace]:
    """Read the settings, find key and endpoint, and connect; everything is closed at the end."""
    with open_speech(said) as speech:
        yield speech.workspace


@dataclass(frozen=True, slots=True)
class Speech:
    """A workspace, and how its voices are spoken with; a `dial` reaches a session in here."""

    workspace: Workspace
    access: Access
    dial: Dial | None


@contextmanager
def open_speech(said: Global) -> Iterator[Speech]:
    """Open the workspace together with what speaking needs."""
    root = said.root
    config = said.read_config()
    environment = config.environment(said.environment)
    settings = environment.settings
    with reach(root, environment) as (access, dial):
        provider = Service(
            access,
            requests_per_minute=settings.requests_per_minute,
            listing=settings.listing,
            families=settings.families,
            tell=_tell_pause,
        )
        workspace = Workspace(
            root=root,
            environment=environment,
            siblings=find_siblings(root, config, environment),
            neighbours=find_neighbours(config, environment),
            endpoint=access.endpoint.name,
            provider=provider,
            effects=access.effects,
        )
        with closing(provider):
            yield Speech(workspace, access, dial)


def _tell_pause(message: str) -> None:
    """Say at once that something is being tried again, rather than be silent for seconds."""
    with suppress(OSError):
        click.echo(f"waiting   {show(message)}", err=True)


def open_sandbox(root: Path, environment: Environment, script: Script | None = None) -> Sandbox:
    """Open an environment's sandbox; it is the same one in the process and behind a port.

    Each environment that is at the sandbox has an account of its own there. Raises UsageFault for
    one that is elsewhere.
    """
    from voiceops.sandbox.script import PLAIN
    from voiceops.sandbox.service import Sandbox

    if environment.endpoint != SANDBOX:
        message = f"the environment {environment.name} is at {environment.endpoint}"
        raise UsageFault(message, hint="name one whose endpoint is the sandbox, or leave --env out")
    effects = System(root)
    directory = make_state_dir(root, effects=effects)
    if environment.name != SANDBOX:
        directory = environment.state_dir
        with writing(directory):
            effects.make_dir(directory)
    return Sandbox(directory / "sandbox.db", now=effects.now, script=script or PLAIN)


@contextmanager
def reach(root: Path, environment: Environment) -> Iterator[tuple[Access, Dial | None]]:
    """Find out how an environment's service is reached; the sandbox brings its clock and its dial.

    Raises EndpointRefused or KeyUnusable; nothing is sent.
    """
    if environment.endpoint == SANDBOX:
        with closing(open_sandbox(root, environment)) as sandbox:
            effects = System(root, clock=sandbox.now)
            access = Access(sandbox_endpoint(), "sandbox", None, effects, sandbox.answer)
            yield access, partial(_dial_sandbox, sandbox)
    else:
        override = os.environ.get(BASE_URL_VARIABLE)
        endpoint = resolve_endpoint(
            environment.endpoint, override=override, workspace=environment.workspace
        )
        variable = environment.key_variable
        key = check_key(os.environ.get(variable), variable)
        yield Access(endpoint, key, environment.workspace, System(root)), None


@contextmanager
def _dial_sandbox(sandbox: Sandbox, model: str, headers: Mapping[str, str]) -> Iterator[Channel]:
    from voiceops.cli.sandbox_channel import SandboxChannel

    yield SandboxChannel(sandbox, model, headers)
