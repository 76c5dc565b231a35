"""Read a saved document back, and describe its files in JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from voiceops.core.findings import Findings
from voiceops.core.plan import FORMAT_VERSION, Plan
from voiceops.core.result import Report
from voiceops.errors import Fault, FilesInvalid, FileUnusable, VoiceopsError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# A plan for a full account, every prompt edited and in Chinese, has less than half of it.
MAX_BYTES = 64 * 1024 * 1024
_FOREIGN = "save one with `voiceops plan -o FILE`, or with --json"
_DAMAGED = "save it again; nobody but voiceops should write it"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Failure:
    """A command that ended before it had a plan, a report or findings.

    `reason` is the name of the error in voiceops/errors.py. `faults` are those of the files, if
    that is what failed; `message` is then their text.
    """

    command: str
    reason: str
    message: str
    hint: str
    faults: tuple[Fault, ...]
    exit_code: int
    format_version: int = FORMAT_VERSION
    kind: str = "failure"

    @classmethod
    def of(cls, error: VoiceopsError, *, command: str) -> Failure:
        """Make the document of an error that ended a command."""
        faults = error.faults if isinstance(error, FilesInvalid) else ()
        ours = VoiceopsError.__module__
        reason = next(k.__name__ for k in type(error).__mro__ if k.__module__ == ours)
        return cls(command, reason, error.message, error.hint, faults, int(error.exit_code))


Document = Plan | Report | Findings | Failure

# Each as a list of one, since pydantic passes its rules on to dataclasses in a list alone.
_KINDS: Mapping[str, type[Sequence[Document]]] = {
    "plan": list[Plan],
    "apply": list[Report],
    "validate": list[Findings],
    "failure": list[Failure],
}


def read_document(path: Path) -> Document:
    """Read a document that voiceops saved: whole, known members only, nothing converted.

    Raises FileUnusable if the file cannot be read, is larger than 64 MiB, is no document, or is
    one of a newer version.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise FileUnusable(message, hint="check that it is there, and its permissions") from error
    if len(data) > MAX_BYTES:
        message = f"{path}: has more than {MAX_BYTES:,} bytes, which no document has"
        raise FileUnusable(message, hint=_FOREIGN)
    return parse_document(data, name=str(path))


def parse_document(data: bytes, *, name: str) -> Document:
    """Read a document's bytes; `name` is how messages call the file.

    The text may be in any encoding that JSON has. A lone surrogate, which the service can echo
    and UTF-8 cannot hold, becomes a question mark.
    """
    from pydantic import ValidationError

    document = _read_json(data, name)
    adapter = _adapter(_find_kind(document, name))
    text = json.dumps([document], ensure_ascii=False)
    try:
        (read,) = adapter.validate_json(text.encode("utf-8", "replace"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        member = "".join(
            f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"][1:]
        ).removeprefix(".")
        message = f"{name}: {member}: {first['msg'].lower()}"
        raise FileUnusable(message, hint=_DAMAGED) from error
    return read


def document_schema(kind: str) -> dict[str, object]:
    """Describe the documents of a kind in JSON Schema 2020-12; the same bytes each time.

    Raises KeyError for a kind that no document has.
    """
    schema = _adapter(kind).json_schema()
    head = {"$schema": _DIALECT, "title": f"voiceops {kind}"}
    return {**head, **schema["items"], "$defs": schema["$defs"]}


@cache
def _adapter(kind: str) -> TypeAdapter[Sequence[Document]]:
    from pydantic import ConfigDict, TypeAdapter

    return TypeAdapter(_KINDS[kind], config=ConfigDict(extra="forbid", strict=True))


def _read_json(data: bytes, name: str) -> object:
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        message = f"{name}:{error.lineno}:{error.colno}: {error.msg.lower()}"
        raise FileUnusable(message, hint=_FOREIGN if error.pos == 0 else _DAMAGED) from error
    except (ValueError, RecursionError) as error:
        raise FileUnusable(f"{name}: this is no document: {error}", hint=_FOREIGN) from error


def _find_kind(document: object, name: str) -> str:
    """Tell which kind of document it is, if it is one that this version can read."""
    match document:
        case {"format_version": int(version)} if version > FORMAT_VERSION:
            raise FileUnusable(
                f"{name}: format_version {version} is newer than this voiceops reads "
                f"({FORMAT_VERSION})",
                hint="upgrade voiceops: its package is voices-as-code",
            )
        case {"format_version": int(), "kind": str(kind)} if kind in _KINDS:
            return kind
        case {"format_version": int(), "kind": str(kind)}:
            kinds = ", ".join(_KINDS)
            message = f"{name}: a document of kind {kind[:40]!r} cannot be shown, only {kinds}"
            raise FileUnusable(message, hint=_FOREIGN)
        case _:
            raise FileUnusable(f"{name}: this is no document of voiceops", hint=_FOREIGN)
