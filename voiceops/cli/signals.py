"""Signals: the first one stops what is not issued yet, the second one leaves at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from voiceops.errors import Stopped
from voiceops.threads import STOPPING, signals_left_out

if TYPE_CHECKING:
    from voiceops.apply.gate import Gate

# How long a reply that is on its way may take after SIGTERM or SIGHUP; CI systems kill soon after.
TERMINATION_GRACE_S = 5.0


@contextmanager
def stopping(gates: Sequence[Gate], at_work: Callable[[], str]) -> Iterator[None]:
    """Close the gates on SIGINT, SIGTERM or SIGHUP while the block runs.

    What is in flight (`at_work` names it) is waited for, but for 5 s at the most if it was not
    SIGINT. A second signal leaves the process at once: the journal knows what was sent. Where
    nothing is under way but reading, the first one does: of a single gate by raising Stopped.
    """

    def stop(number: int, _: FrameType | None) -> None:
        if any(gate.signal for gate in gates):
            _leave(number)
        name = signal.Signals(number).name
        for gate in gates:
            gate.close(f"stopped by {name}", signal=number)
        if all(gate.is_looking for gate in gates):
            if len(gates) == 1:
                raise Stopped(number)
            _say(f"{name}: nothing was sent")
            os._exit(128 + number)
        waiting = f"waiting for {at_work()}; " if at_work() else ""
        _say(f"{name}: nothing more is sent; {waiting}once more to leave at once")
        if number != signal.SIGINT:
            timer = threading.Timer(TERMINATION_GRACE_S, _leave, [number])
            timer.daemon = True
            with signals_left_out():
                timer.start()

    # What is ignored stays so: `nohup` asks for that.
    heard = [number for number in STOPPING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end a question that waits for its answer, while the block runs."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(number: int) -> None:
    _say("leaving now; the next apply finds out what became of what was sent")
    os._exit(128 + number)


def _say(text: str) -> None:
    """Write past the buffers, which the interrupted code may hold."""
    try:
        os.write(sys.stderr.fileno(), f"\n{text}\n".encode())
    except (OSError, ValueError):
        return
