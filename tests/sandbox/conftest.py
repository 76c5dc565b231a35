"""Sandboxes that are closed when their test ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from sandbox_client import open_sandbox

from voiceops.sandbox.service import Sandbox


@pytest.fixture
def make_sandbox() -> Iterator[Callable[..., Sandbox]]:
    """Open sandboxes as `open_sandbox` does."""
    with ExitStack() as opened:
        yield lambda **switches: opened.enter_context(closing(open_sandbox(**switches)))
