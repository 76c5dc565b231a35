"""How a service is reached: its address, and what every request bears."""

from __future__ import annotations

from dataclasses import dataclass, field

from voiceops.effects import Effects
from voiceops.provider.transport.endpoints import Endpoint
from voiceops.provider.transport.exchange import Handler
from voiceops.version import __version__


@dataclass(frozen=True, slots=True)
class Access:
    """Where the service is, and with which key; with a `handler` it is in this process."""

    endpoint: Endpoint
    key: str = field(repr=False)
    workspace: str | None
    effects: Effects
    handler: Handler | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Give the headers that every request bears."""
        headers = {"Authorization": f"Bearer {self.key}", "User-Agent": f"voiceops/{__version__}"}
        if self.workspace:
            headers["X-DashScope-WorkSpace"] = self.workspace
        return headers
