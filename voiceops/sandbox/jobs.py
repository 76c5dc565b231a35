"""A request that a family understood, before it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from voiceops.sandbox.faults import Subject
from voiceops.sandbox.messages import Reply, Request
from voiceops.sandbox.script import Family


@dataclass(frozen=True, slots=True)
class Job:
    """A request that was understood: what it is about, and how it is done.

    `perform` is told whether the reply will be lost, for the ledger; it raises the refusals of
    the service.
    """

    subject: Subject
    perform: Callable[[bool], Reply]


class Designing(Protocol):
    """What a family makes of the actions on its voices."""

    @property
    def family(self) -> Family:
        """Tell which family it is."""
        ...

    def understand(self, document: Mapping[str, object], *, request_id: str) -> Job:
        """Read an action from the body of a request, whose model is known to be the family's.

        Raises Rejected with the first fault found.
        """
        ...


class Speaking(Protocol):
    """What a family makes of a text that is to be said over HTTP."""

    @property
    def family(self) -> Family:
        """Tell which family it is."""
        ...

    def understand(self, request: Request, *, request_id: str) -> Job:
        """Read what is to be said; raises Rejected with the first fault found."""
        ...
