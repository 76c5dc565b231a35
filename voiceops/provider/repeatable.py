"""Judge the replies to reads and deletes, which may be sent again."""

from __future__ import annotations

from collections.abc import Mapping

from voiceops.errors import ProtocolViolated, Rejected, ServiceError, Throttled
from voiceops.provider.answer import Answer
from voiceops.provider.meanings import find_meaning, make_error

REQUEST_TIMEOUT = 408
TOO_MANY_REQUESTS = 429


class ServiceFailed(ServiceError):
    """The service failed at a request that changes nothing when it is sent again."""


def take_document(answer: Answer) -> Mapping[str, object]:
    """Give the document of a reply that says that all went well.

    Raises Throttled or ServiceFailed, which are worth another try; Rejected or one of its kinds
    for a refusal, also one that hides under a 200; ProtocolViolated for the rest.
    """
    if answer.status == 200 and answer.document is not None and not answer.code:
        return answer.document
    raise _find_fault(answer)


def _find_fault(answer: Answer) -> ServiceError:
    status = answer.status
    if status == REQUEST_TIMEOUT or 500 <= status < 600:
        return make_error(answer, ServiceFailed, hint="try again later")
    if 400 <= status < 500 or (status == 200 and answer.code):
        meaning = find_meaning(answer)
        if status == TOO_MANY_REQUESTS and meaning.error is Rejected:
            return make_error(answer, Throttled, hint="wait, or lower `requests_per_minute`")
        return make_error(answer, meaning.error, hint=meaning.hint)
    return make_error(
        answer,
        ProtocolViolated,
        hint="see whether the endpoint is the service, and not a proxy or a portal",
        note="this is no reply that the service documents",
    )
