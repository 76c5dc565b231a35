"""Machines whose accounts are closed when their test ends."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from machine import Machine, Maker


@pytest.fixture(params=["qwen", "cosyvoice"])
def family(request: pytest.FixtureRequest) -> str:
    """The family whose voices a test makes: each test is run for all."""
    return str(request.param)


@pytest.fixture
def make_machine(family: str) -> Iterator[Maker]:
    """Make machines as `Machine` does."""
    with ExitStack() as opened:

        def make(*place: Path, **traits: Any) -> Machine:
            return opened.enter_context(closing(Machine(*place, family=family, **traits)))

        yield make


@pytest.fixture
def machine(make_machine: Maker, tmp_path: Path) -> Machine:
    """A machine whose project is empty yet."""
    return make_machine(tmp_path)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder in memory where the machine has one: thousands of small files are written."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = Path(tempfile.mkdtemp(dir=base))
    yield path
    shutil.rmtree(path)
