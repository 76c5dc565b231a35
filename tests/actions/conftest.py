"""What the tests of the action share: an installed voiceops, and a world to work on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from action_tools import copy_tree
from action_world import Account, World, serving_account
from filelock import FileLock
from github_server import Hub, serving_hub


@pytest.fixture(scope="session")
def installed() -> Path:
    """Let the action install voiceops; gives the folder, which the other runs find done.

    It outlives the tests, so the same sources are installed once.
    """
    tree = copy_tree()
    note = tree / "installed"
    with FileLock(f"{note}.lock"):
        if not note.exists():
            folder = tree / "installing"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            account = Account(folder)
            with serving_account(account) as url:
                world = World(folder, account, url, Hub(), "", None)
                world.make()
                ended = world.run("validate")
            assert ended.conclusion == "success", ended.log
            note.write_text(ended.steps["install"].outputs["bin"], encoding="utf-8")
    return Path(note.read_text(encoding="utf-8")).parent


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
