"""What the service's refusals mean, as data.

The rows follow the error pages of the vendor as read on 2026-11-22. They are tried in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from voiceops.errors import (
    AuthenticationFailed,
    BillingRefused,
    ModelGone,
    QuotaFull,
    Rejected,
    ServiceError,
    Throttled,
    VoiceNotFound,
)
from voiceops.provider.answer import Answer

_KEY_HINT = "check the key and its region, workspace and permissions: keys differ between regions"
_QUOTA_HINT = "delete voices that nobody needs: `voiceops list` shows whose each is"
_GONE_HINT = (
    "this says nothing about the voices: see whether the vendor retired the model, "
    "or whether this endpoint ever had it"
)
_UNSUPPORTED_HINT = (
    "a voice speaks with the model that it was designed for: see `voiceops resolve` for both"
)
_BILLING_HINT = "settle the account's bills, or buy the model, in the console of the vendor"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One kind of refusal: it applies if status, code and message all match.

    The patterns are searched in any case of letters; no status stands for every one.
    """

    error: type[ServiceError]
    hint: str = ""
    statuses: frozenset[int] = frozenset()
    code: str = ""
    message: str = ""

    def applies_to(self, answer: Answer) -> bool:
        """Tell whether the answer is a refusal of this kind."""
        if self.statuses and answer.status not in self.statuses:
            return False
        return _matches(self.code, answer.code) and _matches(self.message, answer.message)


MEANINGS = (
    Meaning(
        VoiceNotFound,
        statuses=frozenset({200, 400, 404}),
        code=r"VoiceNotFound|\.ResourceNotExist$",
    ),
    Meaning(
        BillingRefused,
        _BILLING_HINT,
        code=r"^Arrearage$|Overdue$|^CommodityNotPurchased$|FreeTierOnly$|Unpurchased$",
    ),
    # The same code under 429 is a matter of pace.
    Meaning(QuotaFull, _QUOTA_HINT, frozenset({400}), code=r"^Throttling\.AllocationQuota$"),
    Meaning(QuotaFull, _QUOTA_HINT, message=r"Maximum voice storage limit"),
    Meaning(ModelGone, _GONE_HINT, code=r"^Model_?Not_?Found$"),
    Meaning(
        ModelGone,
        _GONE_HINT,
        message=r"^Model (does )?not (exist|found)|^Model can not be found|^The model .* not exist",
    ),
    Meaning(AuthenticationFailed, _KEY_HINT, frozenset({401})),
    Meaning(AuthenticationFailed, _KEY_HINT, frozenset({403}), code=r"^$|^Access"),
    Meaning(
        AuthenticationFailed,
        _KEY_HINT,
        code=r"AccessDenied|^NOT AUTHORIZED$|^Invalid_?Api_?Key$|^WorkspaceNotFound$",
    ),
    Meaning(
        Throttled,
        "wait, or lower `requests_per_minute`",
        frozenset({200, 429}),
        code=r"^Throttling",
    ),
    Meaning(
        Rejected, _UNSUPPORTED_HINT, code=r"^invalid_value$", message=r"voice .* not supported"
    ),
    Meaning(
        Rejected,
        "reword the description or the preview text: the service's moderation refused it",
        code=r"^DataInspectionFailed$|^IPInfringementSuspect$",
    ),
)
_PLAIN = Meaning(Rejected)


def find_meaning(answer: Answer) -> Meaning:
    """Find what a refusal means; a plain Rejected, without a hint, if no row applies."""
    return next((meaning for meaning in MEANINGS if meaning.applies_to(answer)), _PLAIN)


def make_error(
    answer: Answer, error: type[ServiceError], *, hint: str, note: str = ""
) -> ServiceError:
    """Make an error that quotes the service, with a remark of ours after it."""
    return error(
        f"{answer}; {note}" if note else str(answer),
        hint=hint,
        status=answer.status,
        code=answer.code,
        request_id=answer.request_id,
        retry_after_s=answer.retry_after_s,
    )


def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None
