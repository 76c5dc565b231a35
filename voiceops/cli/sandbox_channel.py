"""A realtime session with the sandbox in this process, frame by frame as over a socket."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from voiceops.errors import AuthenticationFailed
from voiceops.sandbox.messages import Reply
from voiceops.sandbox.realtime import Answer
from voiceops.sandbox.service import Sandbox


class SandboxChannel:
    """Hands frames to a session, and keeps what it answers until it is asked for."""

    def __init__(self, sandbox: Sandbox, model: str, headers: Mapping[str, str]) -> None:
        session = sandbox.connect(model, headers)
        if isinstance(session, Reply):
            raise AuthenticationFailed(f"say: {session.status}: the sandbox refused the session")
        self._session = session
        self._frames: deque[str] = deque()
        self._take(session.open())

    def send(self, frame: str) -> None:
        """Give the session a frame; what it answers is kept."""
        self._take(self._session.receive(frame))

    def receive(self, *, timeout_s: float) -> str | None:
        """Give the next frame; None if there is none, for then none will come."""
        del timeout_s
        return self._frames.popleft() if self._frames else None

    def _take(self, answer: Answer) -> None:
        self._frames.extend(answer.frames)
