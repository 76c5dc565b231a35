"""Open the workspace that a command works in: settings, key, endpoint, service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voiceops.cli.options import Global
from voiceops.effects import Effects, System
from voiceops.errors import FileUnusable
from voiceops.files.config import Environment, read_config
from voiceops.files.state import make_state_dir
from voiceops.observe import Workspace, find_siblings
from voiceops.provider.endpoints import Endpoint, resolve_endpoint, sandbox_endpoint
from voiceops.provider.key import check_key
from voiceops.provider.qwen import Handler, Qwen

if TYPE_CHECKING:
    from voiceops.sandbox.script import Script
    from voiceops.sandbox.service import Sandbox

BASE_URL_VARIABLE = "DASHSCOPE_HTTP_BASE_URL"


@contextmanager
def open_workspace(said: Global) -> Iterator[Workspace]:
    """Read the settings, find key and endpoint, and connect; everything is closed at the end."""
    root = find_root(said)
    config = read_config(root)
    environment = config.environment(said.environment)
    with _connect(root, environment) as service:
        yield Workspace(
            root=root,
            environment=environment,
            siblings=find_siblings(root, config, environment),
            endpoint=service.endpoint.name,
            provider=service.provider,
            effects=service.effects,
        )


def find_root(said: Global) -> Path:
    """Give the project's folder."""
    root = said.directory.resolve()
    if not root.is_dir():
        raise FileUnusable(f"{said.directory}: there is no such folder", hint="check -C")
    return root


def open_sandbox(root: Path, script: Script | None = None) -> Sandbox:
    """Open the project's sandbox; it is the same one in the process and behind a port."""
    from voiceops.sandbox.script import PLAIN
    from voiceops.sandbox.service import Sandbox

    effects = System()
    database = make_state_dir(root, effects=effects) / "sandbox.db"
    return Sandbox(database, now=effects.now, script=script or PLAIN)


@dataclass(frozen=True, slots=True)
class Service:
    """A service that can be reached, and the effects that go with it: its sandbox has a clock."""

    endpoint: Endpoint
    provider: Qwen
    effects: Effects


@contextmanager
def _connect(root: Path, environment: Environment) -> Iterator[Service]:
    if environment.endpoint == "sandbox":
        sandbox = open_sandbox(root)
        try:
            effects = System(clock=sandbox.now)
            yield from _serve(environment, effects, sandbox_endpoint(), "sandbox", sandbox.answer)
        finally:
            sandbox.close()
    else:
        override = os.environ.get(BASE_URL_VARIABLE)
        endpoint = resolve_endpoint(environment.endpoint, override=override)
        variable = environment.key_variable
        key = check_key(os.environ.get(variable), variable)
        yield from _serve(environment, System(), endpoint, key, None)


def _serve(
    environment: Environment,
    effects: Effects,
    endpoint: Endpoint,
    key: str,
    handler: Handler | None,
) -> Iterator[Service]:
    provider = Qwen(
        endpoint,
        key,
        effects=effects,
        workspace=environment.workspace,
        requests_per_minute=environment.settings.requests_per_minute,
        listing=environment.settings.listing,
        handler=handler,
    )
    try:
        yield Service(endpoint, provider, effects)
    finally:
        provider.close()
