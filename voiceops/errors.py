"""The one tree of errors: each has a message, a hint and an exit code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command says to the program that called it."""

    DONE = 0
    FAILED = 1
    CHANGES = 2
    DECISION = 3
    PARTIAL = 4
    USAGE = 64
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a value stands in a file: the path as the person knows it, line and column from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


# The place of what is wrong elsewhere than in a file.
NOWHERE = Place("", 1, 1)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong, mostly in a file that a person wrote, and what to do about it."""

    place: Place
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return self.message if self.place == NOWHERE else f"{self.place}: {self.message}"


class VoiceopsError(Exception):
    """Anything voiceops refuses or fails at; the command line prints it and leaves with its code.

    The message is in lower case without a full stop and starts with the place, if there is one.
    The hint says in the imperative what to do. Neither ever holds a secret or audio.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageFault(VoiceopsError):
    """The command line was used in a way that it does not have."""

    exit_code = ExitCode.USAGE


class FileUnusable(VoiceopsError):
    """A file cannot be read, or cannot be written."""


class FilesInvalid(VoiceopsError):
    """Manifests or settings have faults; all of them are in `faults`, sorted by place."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class LockfileInvalid(VoiceopsError):
    """The lockfile cannot be trusted as it stands."""


class GitRefused(VoiceopsError):
    """git will not do what is asked, or cannot be asked; the message has its words."""


class NameUnknown(VoiceopsError):
    """The lockfile has no voice under this name."""


class JournalDamaged(VoiceopsError):
    """The journal is damaged elsewhere than at its end."""


class KeyUnusable(VoiceopsError):
    """The API key is missing, or cannot be one."""


class EndpointRefused(VoiceopsError):
    """The key may not be sent to this address."""


class TrustUnusable(VoiceopsError):
    """The certificates that this machine is told to trust cannot be read."""


class DecisionNeeded(VoiceopsError):
    """A person must decide before voiceops goes on."""

    exit_code = ExitCode.DECISION


class Stopped(VoiceopsError):
    """A signal came before anything was done."""

    def __init__(self, signal: int) -> None:
        super().__init__("nothing was done: stopped")
        self.exit_code = ExitCode(128 + signal)


class HeldBack(VoiceopsError):
    """Something was not sent after all, since the run was stopped in the meantime."""


class LockHeld(DecisionNeeded):
    """Another apply is at work on this environment."""


class ServiceError(VoiceopsError):
    """The service, or the way to it, did not do what was asked.

    `status` is the HTTP status, `code` and `request_id` are the service's own words; each is
    empty (0 for the status) where there was none. `retry_after_s` is the pause that it named.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        status: int = 0,
        code: str = "",
        request_id: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after_s = retry_after_s


class NotExecuted(ServiceError):
    """The request had no effect for certain, and may be sent again."""


class Unreachable(NotExecuted):
    """No byte of the request was sent: no such host, refused, TLS failed."""


class Throttled(NotExecuted):
    """The service turned the request away for its rate."""


class Rejected(ServiceError):
    """The service refused the request for what it says; nothing was done."""


class AuthenticationFailed(Rejected):
    """The key is wrong, or is not allowed to do this."""


class BillingRefused(Rejected):
    """The account cannot pay, or has not bought the model."""


class QuotaFull(Rejected):
    """The account holds as many voices as it may."""


class ModelGone(Rejected):
    """The service no longer has the model; this says nothing about the voices."""


class VoiceNotFound(Rejected):
    """The service has no voice of that name."""


class OutcomeUnknown(ServiceError):
    """The request may or may not have been executed; sending it again could pay twice."""


class ProtocolViolated(ServiceError):
    """The reply is not what the service documents."""


class ListingIncomplete(ServiceError):
    """No complete listing could be had, so nothing may be concluded from what is missing."""
