"""What a realtime session sends back, whoever holds it."""

from __future__ import annotations

from dataclasses import dataclass

REALTIME_PATH = "/api-ws/v1/realtime"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service sends upon a frame, in order, and whether it then closes the session.

    Where a fault loses the connection, it is dropped without a farewell.
    """

    frames: tuple[str, ...] = ()
    is_over: bool = False
    is_dropped: bool = False
