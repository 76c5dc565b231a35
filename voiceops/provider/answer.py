"""Read a reply as far as its words go: the document, the service's code, message and id."""

from __future__ import annotations

import email.utils
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from voiceops.provider.quote import quote_text
from voiceops.provider.transport.exchange import WireReply


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply in words: what the service says is fit for messages, and holds no key.

    `document` is None if the body is not a JSON object; `code`, `message` and `request_id` are
    empty where there are none, `retry_after_s` is None. `date` is the header as it was sent.
    """

    label: str
    status: int
    document: Mapping[str, object] | None
    code: str = ""
    message: str = ""
    request_id: str = ""
    retry_after_s: float | None = None
    date: str = ""

    def __str__(self) -> str:
        said = ": ".join(word for word in (self.code, self.message) if word)
        request = f"(request {self.request_id})" if self.request_id else ""
        return " ".join(word for word in (f"{self.label}: {self.status}", said, request) if word)


def read_answer(reply: WireReply, *, label: str, key: str, now: datetime) -> Answer:
    """Read a reply; nothing in it is an error here. `key` is kept out of what is quoted."""
    document = _read_object(reply.body)
    words = document or {}
    nested = words.get("error")
    if isinstance(nested, dict):  # the shape of OpenAI's API, which some of its hosts answer in
        words = {**nested, **{name: value for name, value in words.items() if value}}
    return Answer(
        label=label,
        status=reply.status,
        document=document,
        code=_quote(words.get("code"), key),
        message=_quote(words.get("message"), key),
        request_id=_quote(words.get("request_id"), key),
        retry_after_s=read_retry_after(reply.retry_after, now=_read_date(reply.date) or now),
        date=reply.date,
    )


def read_retry_after(value: str, *, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date; None if it is neither."""
    text = value.strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    at = _read_date(text)
    return None if at is None else max((at - now).total_seconds(), 0.0)


def _read_date(text: str) -> datetime | None:
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _read_object(body: bytes) -> dict[str, object] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _quote(value: object, key: str) -> str:
    """Quote what stands for a code or a text; null, zero and empty stand for none."""
    return quote_text(str(value), key=key).strip() if value else ""
