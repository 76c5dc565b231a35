"""What voiceops asks of a voice service, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from voiceops.clock import Clock
from voiceops.core.desired import Desired
from voiceops.core.voice import LiveVoice


@dataclass(frozen=True, slots=True)
class Created:
    """A voice that was made, and is paid for.

    `preview` is the decoded audio, checked against its format; None if the reply's audio was
    missing or faulty, and `preview_fault` then says why.
    """

    voice_id: str
    preview: bytes | None
    preview_fault: str = ""


class Provider(Protocol):
    """The service's actions. All are safe to call from several threads.

    They raise the kinds of `ServiceError`; `list`, `query` and `delete` try again by themselves
    where that is safe, `create` never does.
    """

    @property
    def clock(self) -> Clock:
        """The service's time, as far as its replies have told it."""

    @property
    def unreachable(self) -> Mapping[str, str]:
        """The families in use that the last listing could not see, with what they answered.

        Nothing is known of their voices.
        """

    def use(self, families: Iterable[str]) -> bool:
        """List these families, too, from now on, given by their keys; tells whether any is new."""

    def list(self) -> tuple[LiveVoice, ...]:
        """List all designed voices of the account, sorted by name, each once.

        Those of the families in use. The listing is complete, or ListingIncomplete is raised; a
        family that alone refuses it is `unreachable`, and if all do, that is raised.
        """

    def query(self, voice_id: str) -> LiveVoice | None:
        """Look one voice up by its name; None if the service says that there is none."""

    def create(self, desired: Desired, *, announce: Callable[[], None]) -> Created:
        """Send one create, once, on a connection of its own.

        `announce` is called when it is its turn, right before the sending; what it raises is
        passed on, and then nothing is sent.

        Raises NotExecuted (nothing happened; may be sent again), Rejected (nothing happened;
        the service says why) or OutcomeUnknown (it may have been executed and billed).
        """

    def delete(self, voice_id: str) -> None:
        """Delete a voice; one that is gone already is no error."""

    def close(self) -> None:
        """Give the connections back."""
