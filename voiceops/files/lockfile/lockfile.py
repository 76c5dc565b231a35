"""The lockfile: which voice each name stands for, committed beside the manifests."""

from __future__ import annotations

import errno
import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Set
from pathlib import Path

from voiceops.core.forms import is_name, is_voice_id
from voiceops.core.lock import Deposed, Lock, LockEntry, Why
from voiceops.effects import Effects
from voiceops.errors import FileUnusable, LockfileInvalid
from voiceops.files.atomic import replace_file
from voiceops.files.phrases import name_key, quote
from voiceops.files.regular_file import read_regular
from voiceops.files.write_errors import writing

VERSION = 1
# What a merge as plain text leaves, or `merge=union`, may be committed already.
_MERGED_HINT = (
    "was it merged as plain text? take one that is whole, `git checkout HEAD -- {name}`, or "
    "`HEAD^1` if the merge is committed; `voiceops plan` finds the other side's voices by content, "
    "free of charge"
)
MAX_BYTES = 8 * 1024 * 1024
_CONFLICT = re.compile(rb"^(<{7}|={7}|>{7}|\|{7})( |$|\r)", re.MULTILINE)
# The key in the file, the field of the entry, whether it must be there.
_ENTRY_KEYS = {
    "voice": ("voice_id", True),
    "target_model": ("target_model", True),
    "language": ("language", True),
    "spec": ("spec", True),
    "observed": ("observed", False),
    "created": ("created", False),
    "last_used": ("last_used", False),
}
_KNOWN_KEYS = {*_ENTRY_KEYS, "protect"}
# What a text is to be, as the end of a sentence.
_FORMS = {
    "voice": "the name of a voice",
    "target_model": "the name of a model",
    "language": "a language code",
    "spec": "a digest",
    "observed": "a digest",
    "created": "a time as the service writes it",
    "last_used": "a day",
    "since": "a day",
    "name": "a name",
}
# More than an entry takes whose fields are as long as they may be, and its deposed voice.
_ENTRY_BYTES = 2048


def read_lock(path: Path) -> Lock:
    """Read a lockfile; one that is not there is an empty Lock.

    Raises LockfileInvalid for anything that voiceops did not write: conflict markers, a newer
    version, unknown keys, values of a wrong type, a key twice.
    """
    try:
        data = read_regular(path, limit_bytes=MAX_BYTES)
    except FileNotFoundError:
        return Lock()
    except OSError as error:
        message = f"{path.name}: cannot be read: {error.strerror}"
        hint = f"make it a file that can be read, or restore it: git checkout -- {path.name}"
        raise FileUnusable(message, hint=hint) from error
    return parse_lock(data, name=path.name)


def check_writable(path: Path, lock: Lock, *, more: int) -> None:
    """Raise FileUnusable if the lockfile can certainly not be replaced by one of `more` entries.

    What is not written would be paid for all the same.
    """
    folder = next(folder for folder in path.parents if folder.exists())
    if not os.access(folder, os.W_OK):
        message = f"{path.name}: cannot be written: {folder} is read-only"
        raise FileUnusable(message, hint="make it writable; nothing was sent yet")
    if len(dump_lock(lock)) + more * _ENTRY_BYTES > MAX_BYTES:
        message = f"{path.name}: would have more than {MAX_BYTES:,} bytes"
        hint = "take out of `deposed` what is no more; nothing was sent yet"
        raise FileUnusable(message, hint=hint)


def parse_lock(data: bytes, *, name: str) -> Lock:
    """Read a lockfile's bytes; `name` is how messages call the file."""
    root = _object(_decode(data, name), at=name)
    version = root.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise LockfileInvalid(
            f"{name}: version {version} is newer than this voiceops understands ({VERSION})",
            hint="upgrade voiceops: its package is voices-as-code",
        )
    if version != VERSION or isinstance(version, bool):
        raise _invalid(f"{name}: version must be {VERSION}")
    _refuse_unknown(root, {"version", "voices", "deposed"}, at=name)
    voices = _object(root.get("voices", {}), at=f"{name}: voices")
    deposed = _object(root.get("deposed", {}), at=f"{name}: deposed")
    lock = Lock(
        {key: _read_entry(value, at=_place(name, key)) for key, value in voices.items()},
        {key: _read_deposed(value, at=_place(name, key)) for key, value in deposed.items()},
    )
    _check_forms(lock, name=name)
    return lock


def dump_lock(lock: Lock) -> bytes:
    """Write a lock as canonical JSON: names sorted, one field a line, absent values left out.

    Raises LockfileInvalid for what would not be read again.
    """
    _check_forms(lock, name="the lockfile")
    document: dict[str, object] = {
        "version": VERSION,
        "voices": {name: _dump_entry(lock.voices[name]) for name in sorted(lock.voices)},
    }
    if lock.deposed:
        document["deposed"] = {
            voice_id: _dump_deposed(lock.deposed[voice_id]) for voice_id in sorted(lock.deposed)
        }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def write_lock(path: Path, lock: Lock, *, effects: Effects) -> None:
    """Replace the lockfile atomically; FileUnusable if that fails: the old one is then whole.

    So it is where the new one would not be read again.
    """
    with writing(path):
        data = _dump_readable(path, lock)
        effects.make_dir(path.parent)
        replace_file(path, data, effects=effects, mode=0o644)


def _dump_readable(path: Path, lock: Lock) -> bytes:
    try:
        data = dump_lock(lock)
    except LockfileInvalid as error:
        raise OSError(errno.EINVAL, error.message, str(path)) from error
    if len(data) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it would have more than {MAX_BYTES:,} bytes", str(path))
    return data


def _decode(data: bytes, name: str) -> object:
    if len(data) > MAX_BYTES:
        raise _invalid(f"{name}: the file has more than {MAX_BYTES:,} bytes")
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError) as error:
        raise _explain(error, data, name) from error


def _explain(error: Exception, data: bytes, name: str) -> LockfileInvalid:
    """Say why bytes are no JSON: a merge may have left them so."""
    conflict = _CONFLICT.search(data)
    if conflict:
        line = data.count(b"\n", 0, conflict.start()) + 1
        return LockfileInvalid(
            f"{name}:{line}: the file holds the conflict markers of a merge",
            hint="keep each name once, with the voice that you want, take the markers out, "
            "then run `voiceops plan`: it tells of voices that no name has any more",
        )
    if isinstance(error, json.JSONDecodeError):
        message = f"{name}:{error.lineno}:{error.colno}: {error.msg.lower()}"
    else:
        message = f"{name}: {error}"
    return LockfileInvalid(message, hint=_MERGED_HINT.format(name=name))


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        key = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"{name_key(key)} stands there twice")
    return found


def _object(value: object, *, at: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _invalid(f"{at}: must be an object")
    return value


def _refuse_unknown(value: Mapping[str, object], known: Set[str], *, at: str) -> None:
    if not value.keys() <= known:
        unknown = min(value.keys() - known)
        raise LockfileInvalid(
            f"{at}: unknown key {quote(unknown)}",
            hint="was the file written by a newer voiceops? upgrade, or restore it from git",
        )


def _check_forms(lock: Lock, *, name: str) -> None:
    """Raise LockfileInvalid unless every text has its form."""
    for key, entry in lock.voices.items():
        if not is_name(key):
            at = _place(name, key)
            raise _invalid(f"{at}: not a name; names have at most 16 of [A-Za-z0-9_]")
        if misfit := entry.find_misfit():
            raise _misshapen(_place(name, key), *misfit)
    for key, deposed in lock.deposed.items():
        if not is_voice_id(key):
            raise _misshapen(f"{name}: deposed", "voice", key)
        if misfit := deposed.find_misfit():
            raise _misshapen(_place(name, key), *misfit)


def _misshapen(at: str, key: str, text: str) -> LockfileInvalid:
    return _invalid(f"{at}: {key} {quote(text)} is not {_FORMS[key]}")


def _place(name: str, key: str) -> str:
    return f"{name}: {name_key(key)}"


def _read_entry(value: object, *, at: str) -> LockEntry:
    entry = _object(value, at=at)
    _refuse_unknown(entry, _KNOWN_KEYS, at=at)
    texts = {
        field: _text(entry, key, at=at, is_required=is_required)
        for key, (field, is_required) in _ENTRY_KEYS.items()
    }
    protect = entry.get("protect", False)
    if not isinstance(protect, bool):
        raise _invalid(f"{at}: protect must be true or false")
    return LockEntry(
        voice_id=texts["voice_id"] or "",
        target_model=texts["target_model"] or "",
        language=texts["language"] or "",
        spec=texts["spec"] or "",
        observed=texts["observed"],
        created=texts["created"],
        last_used=texts["last_used"],
        protect=protect,
    )


def _read_deposed(value: object, *, at: str) -> Deposed:
    deposed = _object(value, at=at)
    _refuse_unknown(deposed, {"name", "observed", "since", "why"}, at=at)
    name = _text(deposed, "name", at=at, is_required=True)
    why = _text(deposed, "why", at=at, is_required=False) or Why.REPLACED
    if why not in set(Why):
        raise _invalid(f"{at}: why must be one of {', '.join(Why)}")
    return Deposed(
        name or "",
        observed=_text(deposed, "observed", at=at, is_required=False),
        since=_text(deposed, "since", at=at, is_required=False),
        why=Why(why),
    )


def _text(value: Mapping[str, object], key: str, *, at: str, is_required: bool) -> str | None:
    text = value.get(key)
    if text is None and not is_required and key not in value:
        return None
    if not isinstance(text, str):
        raise _invalid(f"{at}: {key} must be text" if key in value else f"{at}: {key} is missing")
    return text


def _invalid(message: str) -> LockfileInvalid:
    name, _, _ = message.partition(":")
    return LockfileInvalid(message, hint=f"restore the file from git: git checkout -- {name}")


def _dump_entry(entry: LockEntry) -> dict[str, object]:
    texts = {key: getattr(entry, field) for key, (field, _) in _ENTRY_KEYS.items()}
    dumped: dict[str, object] = {key: text for key, text in texts.items() if text is not None}
    return {**dumped, "protect": True} if entry.protect else dumped


def _dump_deposed(deposed: Deposed) -> dict[str, str]:
    values = {
        "name": deposed.name,
        "observed": deposed.observed,
        "since": deposed.since,
        "why": str(deposed.why) if deposed.since else None,
    }
    return {key: value for key, value in values.items() if value is not None}
