"""The lockfile: a round trip keeps every byte, and nothing odd is believed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.core.lock import Deposed, Lock, LockEntry
from voiceops.effects import System
from voiceops.errors import FileUnusable, LockfileInvalid
from voiceops.files.lockfile.lockfile import (
    check_writable,
    dump_lock,
    parse_lock,
    read_lock,
    write_lock,
)

VOICE = "qwen-tts-vd-announcer-voice-20251201102800123-a1b2"
OLD = "qwen-tts-vd-announcer-voice-20250901090000456-c3d4"
EXAMPLE = f"""{{
  "version": 1,
  "voices": {{
    "announcer": {{
      "voice": "{VOICE}",
      "target_model": "qwen3-tts-vd-realtime-2026-01-15",
      "language": "en",
      "spec": "sha256:1",
      "observed": "sha256:2",
      "created": "2025-12-01 10:28:00",
      "last_used": "2026-11-01",
      "protect": true
    }}
  }},
  "deposed": {{
    "{OLD}": {{
      "name": "announcer",
      "observed": "sha256:3"
    }}
  }}
}}
"""

names = st.from_regex(r"[A-Za-z0-9_]{1,16}", fullmatch=True)
voice_ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", fullmatch=True)
digests = st.from_regex(r"sha256:[0-9a-f]{1,64}", fullmatch=True)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31))
entries = st.builds(
    LockEntry,
    voice_id=voice_ids,
    target_model=voice_ids,
    language=st.from_regex(r"[A-Za-z]{2,16}", fullmatch=True),
    spec=digests,
    observed=st.none() | digests,
    created=st.none() | moments.map(lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}"),
    last_used=st.none() | moments.map(lambda moment: moment.date().isoformat()),
    protect=st.booleans(),
)
locks = st.builds(
    Lock,
    st.dictionaries(names, entries, max_size=5),
    st.dictionaries(voice_ids, st.builds(Deposed, names, st.none() | digests), max_size=3),
)


def entry(voice: str = VOICE, **more: object) -> dict[str, object]:
    return {"voice": voice, "target_model": "m", "language": "en", "spec": "sha256:5", **more}


def without(key: str) -> dict[str, object]:
    return {other: value for other, value in entry().items() if other != key}


def test_the_documented_example_keeps_every_byte() -> None:
    assert dump_lock(parse_lock(EXAMPLE.encode(), name="x")).decode() == EXAMPLE


@given(locks)
def test_a_round_trip_changes_nothing(lock: Lock) -> None:
    data = dump_lock(lock)
    again = parse_lock(data, name="x")
    assert again == lock
    assert dump_lock(again) == data


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_lock_or_a_clear_error(data: bytes) -> None:
    try:
        lock = parse_lock(data, name="voiceops.lock")
    except LockfileInvalid as error:
        assert error.message.startswith("voiceops.lock")
        assert error.hint
    else:
        assert dump_lock(lock)


def test_windows_line_ends_and_a_mark_of_byte_order_are_read() -> None:
    data = b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode()
    assert parse_lock(data, name="x") == parse_lock(EXAMPLE.encode(), name="x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{\n<<<<<<< HEAD\n"a": 1\n=======\n',
            "voiceops.lock:2: the file holds the conflict markers of a merge",
        ),
        (
            "\n<<<<<<< HEAD\n{}\n=======\n",
            "voiceops.lock:2: the file holds the conflict markers of a merge",
        ),
        (
            '{"version": 2, "voices": {}}',
            "voiceops.lock: version 2 is newer than this voiceops understands (1)",
        ),
        ('{"voices": {}}', "voiceops.lock: version must be 1"),
        ('{"version": true}', "voiceops.lock: version must be 1"),
        ("[]", "voiceops.lock: must be an object"),
        ("", "voiceops.lock:1:1: expecting value"),
        ('{"a": 0, "version": 1, "version": 1}', "voiceops.lock: version stands there twice"),
        ('{"version": 1, "serial": 4}', "voiceops.lock: unknown key 'serial'"),
        ('{"version": 1, "voices": []}', "voiceops.lock: voices: must be an object"),
        (
            json.dumps({"version": 1, "voices": {"a-b": entry()}}),
            "voiceops.lock: a-b: not a name; names have at most 16 of [A-Za-z0-9_]",
        ),
        (
            json.dumps({"version": 1, "voices": {"a": entry("../../etc")}}),
            "voiceops.lock: a: voice '../../etc' is not the name of a voice",
        ),
        *(
            (
                json.dumps({"version": 1, "voices": {"a": without(key)}}),
                f"voiceops.lock: a: {key} is missing",
            )
            for key in ("voice", "target_model", "language", "spec")
        ),
        (
            json.dumps({"version": 1, "deposed": {"../../etc": {"name": "a"}}}),
            "voiceops.lock: deposed: voice '../../etc' is not the name of a voice",
        ),
        (
            json.dumps({"version": 1, "deposed": {OLD: {"name": "a", "colour": "red"}}}),
            f"voiceops.lock: {OLD}: unknown key 'colour'",
        ),
        (
            json.dumps({"version": 1, "deposed": {OLD: {"observed": "sha256:5"}}}),
            f"voiceops.lock: {OLD}: name is missing",
        ),
        (
            json.dumps({"version": 1, "deposed": {OLD: {"name": "a", "observed": 3}}}),
            f"voiceops.lock: {OLD}: observed must be text",
        ),
        (
            json.dumps({"version": 1, "voices": {"a": entry(spec=3)}}),
            "voiceops.lock: a: spec must be text",
        ),
        (
            json.dumps({"version": 1, "voices": {"a": entry(observed=None)}}),
            "voiceops.lock: a: observed must be text",
        ),
        (
            json.dumps({"version": 1, "voices": {"a": entry(protect="yes")}}),
            "voiceops.lock: a: protect must be true or false",
        ),
        (
            json.dumps({"version": 1, "voices": {"a": entry(colour="red")}}),
            "voiceops.lock: a: unknown key 'colour'",
        ),
    ],
)
def test_what_voiceops_did_not_write_is_refused(text: str, message: str) -> None:
    with pytest.raises(LockfileInvalid) as caught:
        parse_lock(text.encode(), name="voiceops.lock")
    assert caught.value.message == message


ODD = {
    "target_model": ["", "m\n::error::", "\x1b[31mm", "\ud800", "m" * 129, "m n", "é"],
    "language": ["", "e", "en\ud800", "e" * 17, "en;", "en_"],
    "spec": ["", "sha256:", "sha256:G", "sha256:" + "0" * 65, "0" * 64],
    "observed": ["", "\ud800"],
    "created": ["", "9999-12-31 23:59:59", "0001-01-01 00:00:00", "2026-02-30 00:00:00", "1" * 999],
    "last_used": ["9999-12-31", "2026-11-31", "20261101", "2026-11-01 00:00:00"],
}


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, odd in ODD.items() for text in odd])
def test_what_does_not_have_its_form_is_neither_read_nor_written(
    tmp_path: Path, key: str, text: str
) -> None:
    path = tmp_path / "voiceops.lock"
    data = json.dumps({"version": 1, "voices": {"a": entry(**{key: text})}}).encode()
    with pytest.raises(LockfileInvalid) as read:
        parse_lock(data, name="x")
    assert read.value.message.startswith(f"x: a: {key} '")
    assert read.value.message.isprintable()
    assert len(read.value.message) < 200
    odd = Lock({"a": replace(LockEntry(VOICE, "m", "en", "sha256:5"), **{key: text})})
    with pytest.raises(FileUnusable, match=f"voiceops.lock: cannot be written: .*a: {key} "):
        write_lock(path, odd, effects=System())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("deposed", [Deposed("a-b"), Deposed(""), Deposed("a", "5")])
def test_a_deposed_voice_has_its_forms_too(tmp_path: Path, deposed: Deposed) -> None:
    with pytest.raises(FileUnusable):
        write_lock(tmp_path / "voiceops.lock", Lock({}, {OLD: deposed}), effects=System())


def test_a_lockfile_that_would_be_too_large_to_be_read_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "voiceops.lock"
    many = Lock({}, {f"voice-{number}": Deposed("a") for number in range(200_000)})
    with pytest.raises(FileUnusable) as caught:
        write_lock(path, many, effects=System())
    assert caught.value.message == (
        "voiceops.lock: cannot be written: it would have more than 8,388,608 bytes"
    )
    assert not path.exists()


def test_what_would_not_fit_is_told_before_anything_is_paid(tmp_path: Path) -> None:
    full = Lock({}, {f"voice-{number}": Deposed("a") for number in range(130_000)})
    path = tmp_path / "voiceops.lock"
    check_writable(path, full, more=1)
    with pytest.raises(FileUnusable) as caught:
        check_writable(path, full, more=4000)
    assert caught.value.message == "voiceops.lock: would have more than 8,388,608 bytes"


def test_a_file_may_have_eight_mebibytes_and_not_a_byte_more() -> None:
    most = EXAMPLE.encode().ljust(8 * 1024 * 1024)
    assert parse_lock(most, name="x") == parse_lock(EXAMPLE.encode(), name="x")
    with pytest.raises(LockfileInvalid) as caught:
        parse_lock(most + b" ", name="x")
    assert caught.value.message == "x: the file has more than 8,388,608 bytes"


def test_without_deposed_voices_there_is_no_word_of_them() -> None:
    assert dump_lock(Lock()).decode() == '{\n  "version": 1,\n  "voices": {}\n}\n'


def test_a_first_lockfile_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "voiceops.lock"
    write_lock(path, Lock(), effects=System())
    assert read_lock(path) == Lock()
    assert path.stat().st_mode & 0o133 == 0  # no program, and nobody else writes


def test_no_lockfile_is_an_empty_lock(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "voiceops.lock") == Lock()


def test_writing_follows_a_link_and_shows_the_file_to_nobody_else(tmp_path: Path) -> None:
    real, link = tmp_path / "real.lock", tmp_path / "voiceops.lock"
    real.write_bytes(dump_lock(Lock()))
    real.chmod(0o600)
    link.symlink_to(real)
    lock = parse_lock(EXAMPLE.encode(), name="x")
    write_lock(link, lock, effects=System())
    assert link.is_symlink()
    assert read_lock(real) == lock
    assert real.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["real.lock", "voiceops.lock"]


def test_a_folder_that_is_read_only_is_told_before_anything_is_paid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_writable(tmp_path / "voiceops.lock", Lock(), more=1000)
    check_writable(tmp_path / "none" / "yet" / "voiceops.lock", Lock(), more=1)  # is made, too
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    with pytest.raises(FileUnusable) as caught:
        check_writable(tmp_path / "none" / "voiceops.lock", Lock(), more=1)
    assert caught.value.message == f"voiceops.lock: cannot be written: {tmp_path} is read-only"


def test_a_link_that_leads_nowhere_is_no_empty_lockfile(tmp_path: Path) -> None:
    (tmp_path / "voiceops.lock").symlink_to("nowhere")
    with pytest.raises(FileUnusable) as caught:
        read_lock(tmp_path / "voiceops.lock")
    assert caught.value.message.endswith("cannot be read: it is a link that leads nowhere")
