"""The process lock: one apply at a time, and nobody queues for it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from voiceops.effects import System
from voiceops.errors import LockHeld
from voiceops.files.state.process_lock import hold


def test_a_second_apply_does_not_wait_until_the_first_is_through(tmp_path: Path) -> None:
    """The first one leaves two seconds later: whoever waits gets the lock and is not refused."""
    is_held, is_over = threading.Event(), threading.Event()

    def hold_it() -> None:
        with hold(tmp_path, effects=System()):
            is_held.set()
            is_over.wait()

    first = threading.Thread(target=hold_it)
    leaving = threading.Timer(2, is_over.set)
    first.start()
    is_held.wait()
    leaving.start()
    try:
        with pytest.raises(LockHeld), hold(tmp_path, effects=System()):
            pass
    finally:
        leaving.cancel()
        is_over.set()
        first.join()


def test_a_lock_that_is_free_again_can_be_held_again(tmp_path: Path) -> None:
    for _ in range(2):
        with hold(tmp_path, effects=System()):
            pass
