"""The service itself: a request in, a reply out, over the account in the store."""

from __future__ import annotations

import email.utils
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voiceops.errors import FileUnusable, ServiceError
from voiceops.sandbox import refusals
from voiceops.sandbox.account import Bill
from voiceops.sandbox.actions import Action, Create, Delete, ListVoices, Query, read_action
from voiceops.sandbox.clock import Clock, write_time
from voiceops.sandbox.design import Design, make_suffix
from voiceops.sandbox.faults import Faults, Subject, spoil
from voiceops.sandbox.messages import MAX_BODY_BYTES, Reply, Request, make_reply
from voiceops.sandbox.realtime import Session
from voiceops.sandbox.script import PLAIN, Fault, Operation, Script
from voiceops.sandbox.speech import AUDIO_PATH, SPEECH_PATH, Speech, read_synthesis
from voiceops.sandbox.store import Store

CUSTOMIZATION_PATH = "/api/v1/services/audio/tts/customization"


@dataclass(frozen=True, slots=True)
class _Job:
    """A request that was understood: what it is about, and how it is done.

    `perform` is told whether the reply will be lost, for the ledger.
    """

    subject: Subject
    perform: Callable[[bool], Reply]


class Sandbox:
    """A stand-in of the voice service of one account; threads and processes may share it.

    `now` returns an aware time. The script says how it behaves, and what goes wrong; `pause` waits
    where a fault delays.
    """

    def __init__(
        self,
        database: Path | None,
        *,
        now: Callable[[], datetime],
        script: Script = PLAIN,
        suffix: Callable[[], str] = make_suffix,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = Store(database)
        self._clock = Clock(self._store, now)
        self._design = Design(self._store, self._clock, script.behaviour, suffix=suffix)
        self._speech = Speech(self._store, self._clock)
        self._behaviour = script.behaviour
        self._faults = Faults(script.faults)
        self._pause = pause

    def handle(self, request: Request) -> Reply:
        """Answer a request; whatever it is, there is a reply, in the vendor's shape.

        It tells the time at the service.
        """
        reply = self._handle(request)
        try:
            date = email.utils.format_datetime(self.now().astimezone(UTC), usegmt=True)
        except FileUnusable:
            return reply
        return replace(reply, headers={**reply.headers, "Date": date})

    def _handle(self, request: Request) -> Reply:
        request_id = str(uuid.uuid4())
        try:
            job = self._understand(request, request_id)
            fault = self._meet(job.subject)
            return spoil(self._do(job, fault, request_id), fault)
        except ServiceError as refusal:
            return _refuse(refusal, request_id)
        except FileUnusable:
            return _refuse(refusals.internal_error(), request_id)

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Answer a request as `handle` does, for callers that do not know its types."""
        reply = self.handle(Request(method, path, headers, body))
        return reply.status, reply.headers, reply.body

    def connect(self, model: str, headers: Mapping[str, str]) -> Session | Reply:
        """Begin a realtime session; a Reply is the refusal of the handshake."""
        request = Request("GET", "", headers, b"")
        request_id = str(uuid.uuid4())
        try:
            self._check_key(request.header("Authorization"))
            fault = self._meet(Subject(Operation.CONNECT, (model,)))
        except ServiceError as refusal:
            return _refuse(refusal, request_id)
        if fault.reply or fault.lost:
            return spoil(Reply(200, {}, b"", request_id=request_id), fault)
        return Session(
            model,
            self._speech,
            make_id=lambda: uuid.uuid4().hex,
            meet=lambda voice: self._meet(Subject(Operation.SPEAK, _name(voice))),
            unknown_model=self._behaviour.unknown_model,
        )

    def now(self) -> datetime:
        """Tell the time at the service."""
        return self._clock.now()

    def list_bills(self) -> tuple[Bill, ...]:
        """List what was billed, in the order of billing; deleting a voice takes nothing back."""
        with self._store.read() as account:
            return account.list_bills()

    def advance(self, days: int) -> tuple[str, ...]:
        """Put the clock ahead; gives the voices that were deleted for disuse, sorted."""
        with self._store.write() as account:
            account.advance_clock(days * 86_400)
        used_before = self._clock.now() - timedelta(days=self._behaviour.idle_days)
        with self._store.write() as account:
            return account.remove_idle(write_time(used_before))

    def reset(self) -> None:
        """Forget all voices, and what was billed for them."""
        with self._store.write() as account:
            account.clear()

    def close(self) -> None:
        """Give the database back; requests that come after this are answered with a 500."""
        self._store.close()

    def _understand(self, request: Request, request_id: str) -> _Job:
        if request.path.startswith(AUDIO_PATH):
            subject = Subject(Operation.DOWNLOAD)
            return _Job(subject, lambda _: self._speech.download(request.path))
        if request.path not in {CUSTOMIZATION_PATH, SPEECH_PATH}:
            raise refusals.no_such_path()
        if request.method != "POST":
            raise refusals.method_not_allowed()
        self._check_key(request.header("Authorization"))
        if len(request.body) > MAX_BODY_BYTES:
            raise refusals.body_too_large()
        if self._behaviour.retired:
            raise refusals.model_not_found()
        if request.path == SPEECH_PATH:
            return self._understand_synthesis(request, request_id)
        return self._understand_action(read_action(request.body), request_id)

    def _understand_action(self, action: Action, request_id: str) -> _Job:
        def perform(is_reply_lost: bool) -> Reply:
            document = self._design.perform(action, is_reply_lost=is_reply_lost)
            return make_reply(200, {**document, "request_id": request_id})

        return _Job(_find_subject(action), perform)

    def _understand_synthesis(self, request: Request, request_id: str) -> _Job:
        synthesis = read_synthesis(request)
        host = request.header("Host")
        return _Job(
            Subject(Operation.SPEAK, _name(synthesis.voice)),
            lambda _: self._speech.reply(synthesis, host=host, request_id=request_id),
        )

    def _meet(self, subject: Subject) -> Fault:
        """Find the fault that a request meets, and let happen what happens before the work."""
        fault = self._faults.meet(subject)
        if fault.delay_s:
            self._pause(fault.delay_s)
        if fault.vanish:
            with self._store.write() as account:
                account.remove_matching(fault.vanish)
        return fault

    def _do(self, job: _Job, fault: Fault, request_id: str) -> Reply:
        if fault.work_is_done:
            return job.perform(fault.reply is not None or fault.lost is not None)
        return make_reply(200, {"request_id": request_id})

    def _check_key(self, authorization: str) -> None:
        scheme, _, rest = authorization.strip().partition(" ")
        key = rest.strip()
        # The vendor's own clients write the scheme in either case.
        if scheme.lower() != "bearer" or not key or self._behaviour.api_key not in {"", key}:
            raise refusals.invalid_key()


def _find_subject(action: Action) -> Subject:
    match action:
        case Create(preferred_name=preferred_name):
            return Subject(Operation.CREATE, (preferred_name,))
        case ListVoices():
            return Subject(Operation.LIST)
        case Query(voice):
            return Subject(Operation.QUERY, _name(voice))
        case Delete(voice):
            return Subject(Operation.DELETE, _name(voice))


def _name(voice: str) -> tuple[str, ...]:
    """Give a voice's name and the preferred name in it, either of which a fault may match."""
    parts = voice.split("-")
    return (voice, parts[3]) if len(parts) == 7 else (voice,)


def _refuse(refusal: ServiceError, request_id: str) -> Reply:
    document = {"request_id": request_id, "code": refusal.code, "message": refusal.message}
    return make_reply(refusal.status, document)
