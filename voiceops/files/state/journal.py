"""The journal: what was about to be done, and what came of it, on disk before and after."""

from __future__ import annotations

import errno
import hashlib
import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voiceops.clock import Clock
from voiceops.core.facts import DOUBT, Intent
from voiceops.core.forms import read_time
from voiceops.effects import Effects
from voiceops.errors import FileUnusable, JournalDamaged
from voiceops.files.atomic import replace_file
from voiceops.files.regular_file import read_regular
from voiceops.files.state.journal_forms import Record, is_sound
from voiceops.files.write_errors import writing

MODE = 0o600
_MOST_BYTES = 64 * 1024 * 1024
_MOVE_IT = (
    "wait until the last apply is older than `settle_s`, move the file away, and plan "
    "again: voices that were paid for are recognised by their content"
)
_SEALED = re.compile(rb'\{"sum":"(?P<sum>[0-9a-f]{16})",(?P<rest>.*)')


@dataclass(frozen=True, slots=True)
class Memory:
    """What the journal tells, all of it younger than `settle_s` or still open.

    `intents` are creates without a known outcome, oldest first. `results` pairs an intent with
    the voice that it made, where no commit says that the lockfile has it. `deleted` and
    `deleting` are voices whose delete succeeded, or was sent and has no known outcome; `made`
    tells when voices were made, at the latest.
    """

    intents: tuple[Intent, ...] = ()
    results: tuple[tuple[Intent, str], ...] = ()
    deleted: frozenset[str] = frozenset()
    deleting: frozenset[str] = frozenset()
    made: Mapping[str, datetime] = field(default_factory=dict)


class Journal:
    """An append-only file of records, each with its checksum, each fsynced before we go on.

    Threads may write at the same time; processes may not: hold the process lock. FileUnusable
    says that a record is not there, and then nothing may be sent that it was to tell of. After
    that nothing more is written: its tail may be torn, and is mended when the file is opened next.
    """

    def __init__(
        self, path: Path, *, effects: Effects, settle_s: float, clock: Clock | None = None
    ) -> None:
        self._path = path
        self._effects = effects
        self._clock = clock or Clock(effects)
        self._settle_s = settle_s
        self._mutex = threading.Lock()
        self._is_torn = False

    def recall(self) -> Memory:
        """Read what matters still; a last line that was cut off counts as never written.

        Raises JournalDamaged for damage anywhere else.
        """
        return _remember(_read(self._path).records, self._cutoff())

    def mend(self) -> None:
        """Cut off a torn tail, and drop what is neither open nor recent. Call before appending."""
        content = _read(self._path)
        kept = _still_needed(content.records, self._cutoff())
        with writing(self._path):
            self._rewrite(content, kept)

    def open_intent(self, intent: Intent) -> None:
        """Note a create that is about to be sent."""
        record = {"id": intent.id, "kind": "intent", "at": _dump_time(intent.at)}
        told = {"told": _dump_time(intent.told)} if intent.told else {}
        self._append_bytes(_encode({**record, **told, **_dump_intent(intent)}))

    def note_result(self, intent_id: str, voice_id: str) -> None:
        """Note the voice that a create returned."""
        self._append("result", intent_id, voice=voice_id)

    def close(self, intent_id: str, why: str) -> None:
        """Note that nothing is left to be found out about a create, and why."""
        self._append("close", intent_id, why=why)

    def note_deleting(self, voice_id: str) -> None:
        """Note a delete that is about to be sent."""
        self._append("deleting", voice_id)

    def note_deleted(self, voice_id: str) -> None:
        """Note a delete that succeeded."""
        self._append("deleted", voice_id)

    def _rewrite(self, content: _Content, kept: list[Record]) -> None:
        if kept != content.records:
            data = b"".join(_encode(record) for record in kept)
            replace_file(self._path, data, effects=self._effects, mode=MODE)
        elif content.whole_bytes < content.size_bytes:
            self._effects.truncate(self._path, content.whole_bytes)
            self._effects.fsync(self._path)
        elif content.lacks_newline:
            self._append_bytes(b"\n")

    def note_kept(self, voice_id: str) -> None:
        """Note that a voice is still there, although its delete was said to have succeeded."""
        self._append("kept", voice_id)

    def _append(self, kind: str, subject: str, **values: object) -> None:
        mark = self._clock.mark()
        latest = self._clock.latest(mark)
        told = {"told": _dump_time(latest)} if latest else {}
        record: Record = {"at": _dump_time(mark.wall), "kind": kind, "id": subject, **told}
        record |= values
        with writing(self._path):
            if not is_sound(record):
                raise OSError(errno.EINVAL, f"a record of the kind {kind} would not be read again")
        self._append_bytes(_encode(record))

    def _append_bytes(self, data: bytes) -> None:
        with self._mutex, writing(self._path):
            if self._is_torn:
                raise OSError(errno.EIO, "an earlier record could not be written")
            self._is_torn = True
            is_new = not self._path.exists()
            self._effects.make_dir(self._path.parent)
            self._effects.append(self._path, data, mode=MODE)
            self._effects.fsync(self._path)
            if is_new:  # its folder may be new, and the one above it
                for directory in list(self._path.parents)[:3]:
                    self._effects.fsync_dir(directory)
            self._is_torn = False

    def _cutoff(self) -> datetime:
        """Tell the time before which what is closed matters no more, by the service's clock."""
        return self._clock.earliest(self._clock.mark()) - timedelta(seconds=self._settle_s)


@dataclass(frozen=True, slots=True)
class _Content:
    records: list[Record]
    size_bytes: int
    whole_bytes: int
    lacks_newline: bool = False


def _read(path: Path) -> _Content:
    try:
        data = read_regular(path, limit_bytes=_MOST_BYTES, follows_link=False)
    except FileNotFoundError:
        return _Content([], 0, 0)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise FileUnusable(message, hint=_MOVE_IT) from error
    if len(data) > _MOST_BYTES:
        raise FileUnusable(f"{path}: has more than {_MOST_BYTES:,} bytes, which no journal has")
    *lines, tail = data.split(b"\n")
    records = []
    for number, line in enumerate(lines, start=1):
        record = _decode(line)
        if record is None:
            raise _damaged(path, number)
        records.append(record)
    whole_bytes = len(data) - len(tail)
    last = _decode(tail)
    if last is not None:
        return _Content([*records, last], len(data), len(data), lacks_newline=True)
    if _decode(tail[:-1]) is not None:  # a whole record whose line end was damaged
        raise _damaged(path, len(lines) + 1)
    return _Content(records, len(data), whole_bytes)


def _damaged(path: Path, number: int) -> JournalDamaged:
    return JournalDamaged(
        f"{path}:{number}: the journal is damaged",
        hint=_MOVE_IT,
    )


def _encode(record: Record) -> bytes:
    body = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    return b'{"sum":"%b",%b\n' % (_sum(body), body[1:])


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode()


def _decode(line: bytes) -> Record | None:
    """Read a line without its line end; None if it is not as it was written."""
    sealed = _SEALED.fullmatch(line)
    if sealed is None or _sum(b"{" + sealed["rest"]) != sealed["sum"]:
        return None
    try:
        record: Record = json.loads(b"{" + sealed["rest"])
    except (ValueError, RecursionError):
        return None
    return record if is_sound(record) else None


def _remember(records: Iterable[Record], cutoff: datetime) -> Memory:
    intents: dict[str, Intent] = {}
    results: dict[str, tuple[Intent, str]] = {}
    deletes: dict[str, str] = {}
    made: dict[str, datetime] = {}
    for record in records:
        subject, latest = str(record["id"]), _latest(record)
        match record["kind"]:
            case "intent":
                intents[subject] = _load_intent(record)
            case "result":
                if subject in intents:
                    results[subject] = (intents.pop(subject), str(record["voice"]))
                made[str(record["voice"])] = latest
            case "close":
                intents.pop(subject, None)
                results.pop(subject, None)
            case "deleting" | "deleted" | "kept" as kind:
                deletes[subject] = kind if latest > cutoff else ""
            case _:
                pass
    return Memory(
        tuple(intents.values()),
        tuple(results.values()),
        frozenset(voice for voice, kind in deletes.items() if kind == "deleted"),
        frozenset(voice for voice, kind in deletes.items() if kind == "deleting"),
        {voice: latest for voice, latest in made.items() if latest > cutoff},
    )


def _still_needed(records: list[Record], cutoff: datetime) -> list[Record]:
    closed = {record["id"] for record in records if record["kind"] == "close"}
    return [
        record
        for record in records
        if _latest(record) > cutoff
        or (record["kind"] in {"intent", "result"} and record["id"] not in closed)
    ]


def _at(record: Record) -> datetime:
    moment = read_time(str(record["at"]))
    if moment is None:
        raise ValueError("only records with a time are read")
    return moment


def _told(record: Record) -> datetime | None:
    """Read the service's time, which older journals do not have."""
    return read_time(str(record["told"])) if "told" in record else None


def _latest(record: Record) -> datetime:
    """Tell the latest that it can have been when a record was written, by the service's clock."""
    return _told(record) or _at(record) + DOUBT


def _dump_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _dump_intent(intent: Intent) -> dict[str, object]:
    return {
        "name": intent.name,
        "spec": intent.spec,
        "target_model": intent.target_model,
        "language": intent.language,
        "protect": intent.protect,
        "before": sorted(intent.before),
        **({} if intent.saw is None else {"saw": intent.saw}),
        **({"sent": intent.sent} if intent.sent else {}),
        **({"seen": intent.seen} if intent.seen else {}),
    }


def _load_intent(record: Record) -> Intent:
    before = record.get("before")
    return Intent(
        id=str(record["id"]),
        at=_at(record),
        name=str(record["name"]),
        spec=str(record["spec"]),
        target_model=str(record["target_model"]),
        language=str(record["language"]),
        protect=record["protect"] is True,
        before=frozenset(map(str, before if isinstance(before, list) else ())),
        told=_told(record),
        saw=str(record["saw"]) if "saw" in record else None,
        sent=str(record.get("sent", "")),
        seen=str(record.get("seen", "")),
    )
