"""Every refusal that the vendor documents, made by a fault script, and what it is taken for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest
from provider_clock import VirtualTime

from voiceops.core.desired import Desired
from voiceops.core.families.family import Listing
from voiceops.core.spec import Spec
from voiceops.errors import (
    AuthenticationFailed,
    BillingRefused,
    ModelGone,
    OutcomeUnknown,
    Place,
    QuotaFull,
    Rejected,
    ServiceError,
    Throttled,
    VoiceNotFound,
)
from voiceops.provider.service import Service
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import sandbox_endpoint
from voiceops.sandbox.script import Body, Fault, OddReply, Operation, Script
from voiceops.sandbox.service import Sandbox

SPEC = Spec("A calm voice.", "Hello.", "en", "qwen3-tts-vd-2026-01-26")
ANN = Desired("ann", SPEC, Place("m.yaml", 1, 1))
ARREARS = "Access denied, please make sure your account is in good standing."
FULL = "Maximum voice storage limit exceeded, please delete existing voices."
# Status, code, message, and what a create makes of it (vendor's error pages, read 2026-11-22).
DOCUMENTED = (
    (401, "InvalidApiKey", "Invalid API-key provided.", AuthenticationFailed),
    (401, "NOT AUTHORIZED", "Access denied.", AuthenticationFailed),
    (403, "AccessDenied", "Access denied.", AuthenticationFailed),
    (403, "AccessDenied.Unpurchased", "Access to model denied.", BillingRefused),
    (403, "Model.AccessDenied", "Model access denied.", AuthenticationFailed),
    (403, "Workspace.AccessDenied", "Workspace access denied.", AuthenticationFailed),
    (403, "AllocationQuota.FreeTierOnly", "The free tier has been exhausted.", BillingRefused),
    (404, "ModelNotFound", "Model can not be found.", ModelGone),
    (404, "WorkSpaceNotFound", "WorkSpace can not be found.", AuthenticationFailed),
    (400, "InvalidParameter", "Model not exist.", ModelGone),
    (400, "InvalidParameter", "Required parameter(x) missing or invalid.", Rejected),
    (400, "InvalidParameter", "Required input 'preferred_name' is invalid", Rejected),
    (400, "BadRequest.EmptyInput", "Required input parameter missing.", Rejected),
    (400, "BadRequest.EmptyModel", "Required parameter model missing.", Rejected),
    (400, "BadRequest.EmptyParameters", "Required parameters missing.", Rejected),
    (400, "BadRequest.IllegalInput", "The input parameter requires json format.", Rejected),
    (400, "Arrearage", ARREARS, BillingRefused),
    (400, "DataInspectionFailed", "Input data may contain inappropriate content.", Rejected),
    (400, "IPInfringementSuspect", "Input data is suspected of infringement.", Rejected),
    (400, "Throttling.AllocationQuota", FULL, QuotaFull),
    (400, "invalid_value", "The requested voice 'x' is not supported.", Rejected),
    (400, "VoiceNotFound", "Voice not found: x", VoiceNotFound),
    (400, "BadRequest.VoiceNotFound", "Voice 'x' not found.", VoiceNotFound),
    (429, "Throttling", "Requests throttling triggered.", Throttled),
    (429, "Throttling.RateQuota", "Requests rate limit exceeded, try again later.", Throttled),
    (429, "Throttling.BurstRate", "Request rate increased too quickly.", Throttled),
    (429, "Throttling.AllocationQuota", "Allocated quota exceeded.", Throttled),
    (429, "CommodityNotPurchased", "Commodity has not purchased yet.", BillingRefused),
    (429, "PrepaidBillOverdue", "The prepaid bill is overdue.", BillingRefused),
    (429, "PostpaidBillOverdue", "The postpaid bill is overdue.", BillingRefused),
    (500, "InternalError", "An internal error has occured.", OutcomeUnknown),
    (500, "InternalError.Algo", "An internal error has occured.", OutcomeUnknown),
    (500, "SystemError", "An system error has occured.", OutcomeUnknown),
    (500, "ModelServiceFailed", "Failed to request model service.", OutcomeUnknown),
    (500, "RequestTimeOut", "Request timed out.", OutcomeUnknown),
    (503, "ModelServingError", "Too many requests.", OutcomeUnknown),
    (503, "ModelUnavailable", "Model is unavailable.", OutcomeUnknown),
)


@contextmanager
def serving(reply: OddReply) -> Iterator[tuple[Service, Sandbox]]:
    fault = Fault(Operation.CREATE, work_is_done=False, reply=reply)
    sandbox = Sandbox(None, now=lambda: datetime.now(UTC), script=Script(faults=(fault,)))
    with closing(sandbox):
        qwen = Service(
            Access(sandbox_endpoint(), "sk-test", None, VirtualTime(), sandbox.answer),
            requests_per_minute=180,
            listing=Listing.COUNTED,
        )
        with closing(qwen):
            yield qwen, sandbox


@pytest.mark.parametrize(("status", "code", "message", "error"), DOCUMENTED)
def test_a_documented_refusal_is_taken_for_what_it_is(
    status: int, code: str, message: str, error: type[ServiceError]
) -> None:
    with serving(OddReply(status, code, message)) as (qwen, sandbox):
        with pytest.raises(ServiceError) as caught:
            qwen.create(ANN, announce=lambda: None)
        assert type(caught.value) is error
        assert (caught.value.status, caught.value.code) == (status, code)
        assert sandbox.list_bills() == ()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (OddReply(200, "InternalError", "Oh."), OutcomeUnknown),
        (OddReply(400, body=Body.EMPTY), OutcomeUnknown),
        (OddReply(502, body=Body.HTML), OutcomeUnknown),
    ],
)
def test_what_proves_nothing_is_unknown(reply: OddReply, error: type[ServiceError]) -> None:
    with serving(reply) as (qwen, _), pytest.raises(ServiceError) as caught:
        qwen.create(ANN, announce=lambda: None)
    assert type(caught.value) is error
