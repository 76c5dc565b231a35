"""Every kind of reply to every action: which error it is, and how often the request is sent."""

from __future__ import annotations

import pytest
from provider_account import ACTIONS, KEY, always
from provider_clock import START

from voiceops.errors import (
    AuthenticationFailed,
    BillingRefused,
    ModelGone,
    OutcomeUnknown,
    ProtocolViolated,
    QuotaFull,
    Rejected,
    ServiceError,
    Throttled,
    VoiceNotFound,
)
from voiceops.provider.repeatable import ServiceFailed
from voiceops.provider.service import Service


def said(code: str, message: str = "so it is") -> dict[str, str]:
    return {"request_id": "r-1", "code": code, "message": message}


OPENAI_KEY = {"error": {"code": "invalid_api_key", "message": f"Incorrect: {KEY}"}}
STORAGE = "Maximum voice storage limit exceeded, please delete existing voices."

# Status, body, what it means for a create, what it means for the others.
REPLIES = [
    (401, said("InvalidApiKey", f"Invalid API-key provided: {KEY}"), AuthenticationFailed, ...),
    (401, said("NOT AUTHORIZED"), AuthenticationFailed, ...),
    (401, OPENAI_KEY, AuthenticationFailed, ...),
    (401, b"", OutcomeUnknown, AuthenticationFailed),
    (403, said("AccessDenied"), AuthenticationFailed, ...),
    (403, said("Model.AccessDenied"), AuthenticationFailed, ...),
    (403, said("Workspace.AccessDenied"), AuthenticationFailed, ...),
    (403, b"{}", OutcomeUnknown, AuthenticationFailed),
    (404, said("WorkSpaceNotFound"), AuthenticationFailed, ...),
    (429, said("AccessDenied"), AuthenticationFailed, ...),
    (403, said("AccessDenied.Unpurchased"), BillingRefused, ...),
    (403, said("AllocationQuota.FreeTierOnly"), BillingRefused, ...),
    (400, said("Arrearage"), BillingRefused, ...),
    (429, said("CommodityNotPurchased"), BillingRefused, ...),
    (429, said("PrepaidBillOverdue"), BillingRefused, ...),
    (429, said("PostpaidBillOverdue"), BillingRefused, ...),
    (400, said("Throttling.AllocationQuota", STORAGE), QuotaFull, ...),
    (400, said("Throttling.AllocationQuota", "full"), QuotaFull, ...),
    (429, said("Throttling.AllocationQuota", STORAGE), QuotaFull, ...),
    (400, said("LimitExceeded", STORAGE), QuotaFull, ...),
    (429, said("Throttling"), Throttled, ...),
    (429, said("Throttling.RateQuota"), Throttled, ...),
    (429, said("Throttling.BurstRate"), Throttled, ...),
    (429, said("Throttling.AllocationQuota", "Allocated quota exceeded"), Throttled, ...),
    (429, b"", OutcomeUnknown, Throttled),
    (429, b"{}", OutcomeUnknown, Throttled),
    (429, b"<html>slow down</html>", OutcomeUnknown, Throttled),
    (429, said("Strange"), Rejected, Throttled),
    (404, said("ModelNotFound", "Model can not be found."), ModelGone, ...),
    (404, said("NotFound", "The model qwen-voice-design does not exist."), ModelGone, ...),
    (400, said("InvalidParameter", "Model not exist."), ModelGone, ...),
    (400, said("ModelNotFound", "Model not found (qwen3-tts-vd-2026-01-26)!"), ModelGone, ...),
    (400, {"error": {"code": "model_not_found", "message": ""}}, ModelGone, ...),
    (400, said("VoiceNotFound"), VoiceNotFound, ...),
    (400, said("BadRequest.VoiceNotFound"), VoiceNotFound, ...),
    (404, said("VoiceNotFound"), VoiceNotFound, ...),
    (400, said("BadRequest.ResourceNotExist"), VoiceNotFound, ...),
    (404, said("InvalidParameter.ResourceNotExist"), VoiceNotFound, ...),
    (400, said("DataInspectionFailed"), Rejected, ...),
    (400, said("IPInfringementSuspect"), Rejected, ...),
    (400, said("InvalidParameter"), Rejected, ...),
    (404, said("Strange"), Rejected, ...),
    (409, said("Conflict"), Rejected, ...),
    (400, b"", OutcomeUnknown, Rejected),
    (400, b"{}", OutcomeUnknown, Rejected),
    (404, b"<html>", OutcomeUnknown, Rejected),
    (408, b"", OutcomeUnknown, ServiceFailed),
    (408, said("RequestTimeOut"), OutcomeUnknown, ServiceFailed),
    (500, said("InternalError"), OutcomeUnknown, ServiceFailed),
    (500, b"", OutcomeUnknown, ServiceFailed),
    (500, said("VoiceNotFound"), OutcomeUnknown, ServiceFailed),
    (502, b"<html>", OutcomeUnknown, ServiceFailed),
    (503, said("ModelUnavailable"), OutcomeUnknown, ServiceFailed),
    (503, said("Throttling"), OutcomeUnknown, ServiceFailed),
    (504, b"", OutcomeUnknown, ServiceFailed),
    (302, b"", OutcomeUnknown, ProtocolViolated),
    (307, said("Moved"), OutcomeUnknown, ProtocolViolated),
    (204, b"", OutcomeUnknown, ProtocolViolated),
    (201, {"output": {"voice": "yourVoice"}}, OutcomeUnknown, ProtocolViolated),
    (600, said("Strange"), OutcomeUnknown, ProtocolViolated),
    (200, b"", OutcomeUnknown, ProtocolViolated),
    (200, b"<html>", OutcomeUnknown, ProtocolViolated),
    (200, b"[]", OutcomeUnknown, ProtocolViolated),
    (200, b"[" * 100_000, OutcomeUnknown, ProtocolViolated),
    (200, said("InvalidApiKey"), OutcomeUnknown, AuthenticationFailed),
    (200, said("VoiceNotFound"), OutcomeUnknown, VoiceNotFound),
    (200, said("ModelNotFound"), OutcomeUnknown, ModelGone),
    (200, said("Throttling.RateQuota"), OutcomeUnknown, Throttled),
    (200, said("Strange"), OutcomeUnknown, Rejected),
]
TRIED_AGAIN = (Throttled, ServiceFailed)


@pytest.mark.parametrize(("status", "body", "for_create", "for_others"), REPLIES)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_reply_has_one_meaning(
    action: str,
    status: int,
    body: object,
    for_create: type[ServiceError],
    for_others: type[ServiceError],
) -> None:
    expected = for_create if action == "create" or for_others is ... else for_others
    account = always(status, body)
    error = catch(action, account.qwen())
    is_known_absence = expected is VoiceNotFound and action in {"query", "delete"}
    assert type(error) is (type(None) if is_known_absence else expected)
    assert len(account.requests) == count_requests(action, expected)
    if error is not None:
        assert error.message.startswith(f"{action} " if action != "list" else "list: ")
        assert KEY not in error.message + error.hint
        assert error.status == status


def count_requests(action: str, expected: type[ServiceError]) -> int:
    """Five tries where trying helps; a refused page is asked for again, smaller; else one."""
    if action != "create" and expected in TRIED_AGAIN:
        return 5
    return 2 if action == "list" and expected is Rejected else 1


def catch(action: str, qwen: Service) -> ServiceError | None:
    try:
        ACTIONS[action](qwen)
    except ServiceError as error:
        return error
    return None


def test_an_error_keeps_the_words_of_the_service() -> None:
    error = catch("create", always(400, said("InvalidParameter", "bad name")).qwen())
    assert error is not None
    assert error.message == "create announcer: 400 InvalidParameter: bad name (request r-1)"
    assert (error.code, error.status, error.request_id) == ("InvalidParameter", 400, "r-1")


def test_an_unknown_outcome_says_what_may_have_happened() -> None:
    error = catch("create", always(500, said("InternalError", "oops")).qwen())
    assert error is not None
    assert error.message == (
        "create announcer: 500 InternalError: oops (request r-1); "
        "the voice may have been made, and billed"
    )
    assert error.hint == "do not create it by hand: the next apply looks for it first"


def test_an_echoed_key_is_taken_out() -> None:
    error = catch("list", always(401, said("InvalidApiKey", f"no such key: {KEY}")).qwen())
    assert error is not None
    assert error.message == "list: 401 InvalidApiKey: no such key: [API key] (request r-1)"


@pytest.mark.parametrize(
    ("retry_after", "pauses"),
    [
        ("", [0.5, 1.0, 2.0, 4.0]),
        ("3", [3.0, 3.0, 3.0, 4.0]),
        ("86400", [60.0, 60.0]),
        (f"{START:%a, %d %b %Y} 04:00:03 GMT", [3.0, 1.0, 2.0, 4.0]),
        ("never", [0.5, 1.0, 2.0, 4.0]),
    ],
)
def test_reads_wait_as_long_as_they_are_asked_to_within_bounds(
    retry_after: str, pauses: list[float]
) -> None:
    account = always(503, b"", retry_after=retry_after)
    error = catch("query", account.qwen())
    assert type(error) is ServiceFailed
    assert account.effects.sleeps == pauses
    assert len(account.requests) == len(pauses) + 1
    assert account.told == [f"{error.message}; trying again in {pause_s:g} s" for pause_s in pauses]
