"""What the tests of the action share: an installed voiceops, and a world to work on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from action_runner import Machine, base_environment, run_action
from action_tools import copy_tree
from action_world import Account, World, serving_account
from filelock import FileLock
from github_server import Hub, serving_hub


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let the action install voiceops; gives the folder, which all runs find done.

    The folder for temporary files outlives the tests, so the same sources are installed once.
    """
    folder = tmp_path_factory.mktemp("installed")
    temp = copy_tree() / "temp"
    temp.mkdir(exist_ok=True)
    env = {
        **base_environment(folder),
        "GITHUB_ACTION_PATH": str(copy_tree() / "clone"),
        "GITHUB_REF": "refs/heads/main",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": str(temp),
        "DASHSCOPE_API_KEY": "sk-never-shown",
    }
    github = {"event_name": "push", "event": {}, "repository": "team/voices", "token": ""}
    machine = Machine(folder, temp, env, github, folder)
    with FileLock(f"{temp}.lock"):
        ended = run_action(machine, {"command": "validate"})
    assert ended.steps["install"].outcome == "success", ended.log
    assert ended.steps["install"].log.startswith("voiceops, version ")
    return Path(ended.steps["install"].outputs["bin"]).parent


@pytest.fixture
def make_world(tmp_path: Path, installed: Path) -> Iterator[Callable[..., World]]:
    """Give what makes a world, whose project may be in any folder."""
    with ExitStack() as stack:

        def make(directory: str = ".") -> World:
            account, hub = Account(tmp_path), Hub()
            account_url = stack.enter_context(serving_account(account))
            hub_url = stack.enter_context(serving_hub(hub))
            world = World(tmp_path, account, account_url, hub, hub_url, installed, directory)
            world.make()
            return world

        yield make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Give a world with the project at the top of the repository."""
    return make_world()
