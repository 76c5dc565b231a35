"""Ask the service for as little as possible, to see whether it can be reached and would answer."""

from __future__ import annotations

import email.utils
from dataclasses import dataclass
from datetime import UTC, datetime

from voiceops.errors import ServiceError
from voiceops.provider.answer import read_answer
from voiceops.provider.dialect import Dialect
from voiceops.provider.repeatable import take_document
from voiceops.provider.service import open_http
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.exchange import Call
from voiceops.provider.voices import read_page

LABEL = "list"


@dataclass(frozen=True, slots=True)
class Probe:
    """What one small listing told.

    `tls` is the protocol's version, empty where the connection had none; `served_at` the
    service's own time, to the second, and `asked_at` ours, when its reply was there; `total_count`
    how many voices there are. `refusal` is why it did not list them, if it did not.
    """

    asked_at: datetime
    tls: str
    served_at: datetime | None
    total_count: int | None
    refusal: ServiceError | None


def probe(access: Access, dialect: Dialect) -> Probe:
    """List one voice of a family. Raises Unreachable or ReplyLost if there is no reply at all."""
    http = open_http(access)
    action = {"action": dialect.list, "page_index": 0, "page_size": 1}
    try:
        reply = http.post(Call(LABEL, {"model": dialect.family.api, "input": action}))
    finally:
        http.close()
    now = access.effects.now()
    total_count, refusal = None, None
    try:
        document = take_document(read_answer(reply, label=LABEL, key=access.key, now=now))
        total_count = read_page(document, dialect, label=LABEL).total_count
    except ServiceError as error:
        refusal = error
    return Probe(now, reply.tls, _read_date(reply.date), total_count, refusal)


def _read_date(value: str) -> datetime | None:
    try:
        return email.utils.parsedate_to_datetime(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
