"""The service itself: a request in, a reply out, over the account in the store."""

from __future__ import annotations

import email.utils
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voiceops.errors import FileUnusable, ServiceError
from voiceops.sandbox import refusals
from voiceops.sandbox.account import Bill
from voiceops.sandbox.clock import Clock, write_time
from voiceops.sandbox.families.cosyvoice import actions as cosyvoice_actions
from voiceops.sandbox.families.cosyvoice import design as cosyvoice_design
from voiceops.sandbox.families.cosyvoice import speech as cosyvoice_speech
from voiceops.sandbox.families.cosyvoice.clones import put_clones
from voiceops.sandbox.families.cosyvoice.names import TARGET_MODELS
from voiceops.sandbox.families.cosyvoice.names import name_voice as name_cosyvoice
from voiceops.sandbox.families.cosyvoice.session import TaskSession
from voiceops.sandbox.families.qwen import actions as qwen_actions
from voiceops.sandbox.families.qwen import design as qwen_design
from voiceops.sandbox.families.qwen import speech as qwen_speech
from voiceops.sandbox.families.qwen.session import Session
from voiceops.sandbox.faults import Faults, Subject, spoil
from voiceops.sandbox.fields import read_document, read_model
from voiceops.sandbox.jobs import Designing, Job, Speaking
from voiceops.sandbox.messages import MAX_BODY_BYTES, Reply, Request, make_reply
from voiceops.sandbox.recordings import AUDIO_PATH, Recordings
from voiceops.sandbox.script import PLAIN, Family, Fault, Operation, Script
from voiceops.sandbox.store import Store

CUSTOMIZATION_PATH = "/api/v1/services/audio/tts/customization"


class Sandbox:
    """A stand-in of the voice service of one account; threads and processes may share it.

    `now` returns an aware time. The script says how it behaves, and what goes wrong; `pause` waits
    where a fault delays. `suffix` gives 4 hex digits, of which the ends of voice names are made.
    """

    def __init__(
        self,
        database: Path | None,
        *,
        now: Callable[[], datetime],
        script: Script = PLAIN,
        suffix: Callable[[], str] = qwen_design.make_suffix,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = Store(database)
        self._clock = Clock(self._store, now)
        self._recordings = Recordings(self._store, self._clock)
        self._behaviour = script.behaviour
        self._realtime = qwen_speech.Speech(self._store, self._clock, self._recordings)
        self._tasks = cosyvoice_speech.Speech(self._store, self._clock, self._recordings)
        self._speeches: Mapping[str, Speaking] = {
            qwen_speech.SPEECH_PATH: self._realtime,
            cosyvoice_speech.SPEECH_PATH: self._tasks,
        }
        self._designs: Mapping[str, Designing] = {
            qwen_actions.MODEL: qwen_design.Design(
                self._store, self._clock, script.behaviour, suffix=suffix
            ),
            cosyvoice_actions.MODEL: cosyvoice_design.Design(
                self._store, self._clock, script.behaviour, make_tail=lambda: _make_tail(suffix)
            ),
        }
        self._faults = Faults(script.faults)
        self._pause = pause
        self._put_clones(script.behaviour.clones)

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
        refused = self._shake_hands((model,), headers)
        if refused:
            return refused
        return Session(
            model,
            self._realtime,
            make_id=lambda: uuid.uuid4().hex,
            meet=lambda voice: self._meet(Subject(Operation.SPEAK, qwen_actions.name_voice(voice))),
            unknown_model=self._behaviour.unknown_model,
        )

    def connect_tasks(self, headers: Mapping[str, str]) -> TaskSession | Reply:
        """Begin a connection on which tasks run; a Reply is the refusal of the handshake."""
        refused = self._shake_hands((), headers)
        if refused:
            return refused
        return TaskSession(
            self._tasks,
            models=() if self._behaviour.is_retired(Family.COSYVOICE) else TARGET_MODELS,
            meet=lambda voice: self._meet(Subject(Operation.SPEAK, name_cosyvoice(voice))),
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

    def _shake_hands(self, names: tuple[str, ...], headers: Mapping[str, str]) -> Reply | None:
        """Let a WebSocket in, or give the refusal."""
        request = Request("GET", "", headers, b"")
        request_id = str(uuid.uuid4())
        try:
            self._check_key(request.header("Authorization"))
            fault = self._meet(Subject(Operation.CONNECT, names))
        except ServiceError as refusal:
            return _refuse(refusal, request_id)
        if fault.reply or fault.lost:
            return spoil(Reply(200, {}, b"", request_id=request_id), fault)
        return None

    def _put_clones(self, number: int) -> None:
        if number:
            now = self._clock.now()
            with self._store.write() as account:
                put_clones(account, number, now)

    def _understand(self, request: Request, request_id: str) -> Job:
        if request.path.startswith(AUDIO_PATH):
            subject = Subject(Operation.DOWNLOAD)
            return Job(subject, lambda _: self._recordings.download(request.path))
        speech = self._speeches.get(request.path)
        if speech is None and request.path != CUSTOMIZATION_PATH:
            raise refusals.no_such_path()
        if request.method != "POST":
            raise refusals.method_not_allowed()
        self._check_key(request.header("Authorization"))
        if len(request.body) > MAX_BODY_BYTES:
            raise refusals.body_too_large()
        if speech is None:
            return self._understand_action(request, request_id)
        self._check_family(speech.family)
        return speech.understand(request, request_id=request_id)

    def _understand_action(self, request: Request, request_id: str) -> Job:
        document = read_document(request.body)
        design = self._designs.get(read_model(document))
        if design is None:
            raise refusals.model_not_found()
        self._check_family(design.family)
        return design.understand(document, request_id=request_id)

    def _check_family(self, family: Family) -> None:
        if self._behaviour.is_retired(family):
            raise refusals.model_not_found()

    def _meet(self, subject: Subject) -> Fault:
        """Find the fault that a request meets, and let happen what happens before the work."""
        fault = self._faults.meet(subject)
        if fault.delay_s:
            self._pause(fault.delay_s)
        if fault.vanish:
            with self._store.write() as account:
                account.remove_matching(fault.vanish)
        return fault

    def _do(self, job: Job, fault: Fault, request_id: str) -> Reply:
        if fault.work_is_done:
            return job.perform(fault.reply is not None or fault.lost is not None)
        return make_reply(200, {"request_id": request_id})

    def _check_key(self, authorization: str) -> None:
        scheme, _, rest = authorization.strip().partition(" ")
        key = rest.strip()
        # The vendor's own clients write the scheme in either case.
        if scheme.lower() != "bearer" or not key or self._behaviour.api_key not in {"", key}:
            raise refusals.invalid_key()


def _make_tail(suffix: Callable[[], str]) -> str:
    """Make the end of a name that has no time in it: a UUID of version 4, without its dashes."""
    return uuid.UUID("".join(suffix() for _ in range(8)), version=4).hex


def _refuse(refusal: ServiceError, request_id: str) -> Reply:
    document = {"request_id": request_id, "code": refusal.code, "message": refusal.message}
    return make_reply(refusal.status, document)
