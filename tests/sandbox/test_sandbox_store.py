"""The file that keeps the account: shared, checked, never another's."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sandbox_client import CREATE, create, list_page, make_body, send

from voiceops.errors import FileUnusable
from voiceops.sandbox.account import Bill, Voice
from voiceops.sandbox.script import Family
from voiceops.sandbox.store import Store

REMOVE_IT = "remove the file, or move it away, and the sandbox starts anew; its voices cost nothing"
LOOK_AT_IT = "check that the folder can be written and that no other program holds the file"

CREATES = """
import sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from sandbox_client import create
from voiceops.sandbox.service import Sandbox
print("up", flush=True)
sys.stdin.readline()
sandbox = Sandbox(Path(sys.argv[1]), now=lambda: datetime.now(UTC))
for _ in range(10):
    print(create(sandbox))
sandbox.close()
"""


@pytest.fixture
def database(tmp_path):
    return tmp_path / "deep" / "below" / "sandbox.db"


def run(file, statement):
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.close()


def test_two_sandboxes_on_one_file_see_each_other(make_sandbox, database):
    first, second = make_sandbox(database=database), make_sandbox(database=database)
    voice = create(first)
    assert list_page(second)["voice_list"][0]["voice"] == voice
    assert send(second, make_body({"action": "delete", "voice": voice}))[0] == 200
    assert list_page(first)["total_count"] == 0
    assert first.list_bills() == second.list_bills() != ()


def test_voices_and_ledger_survive_the_process(make_sandbox, database):
    sandbox = make_sandbox(database=database)
    voice = create(sandbox)
    sandbox.close()
    sandbox = make_sandbox(database=database)
    assert list_page(sandbox)["voice_list"][0]["voice"] == voice
    assert [bill.voice for bill in sandbox.list_bills()] == [voice]


def test_sandboxes_in_memory_are_apart(make_sandbox):
    first, second = make_sandbox(), make_sandbox()
    create(first)
    assert list_page(second)["total_count"] == 0


def test_processes_that_open_a_new_file_at_once_lose_nothing(make_sandbox, database):
    here = __file__.rpartition("test_")[0]
    command = [sys.executable, "-c", CREATES, str(database), here]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdout.readline() == "up\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    made = [worker.communicate(timeout=60)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0, 0]
    sandbox = make_sandbox(database=database)
    listed = [voice["voice"] for voice in list_page(sandbox)["voice_list"]]
    assert sorted(listed) == sorted(voice for voices in made for voice in voices)
    assert sorted(bill.voice for bill in sandbox.list_bills()) == sorted(listed)
    assert len(set(listed)) == 40


def test_threads_share_one_sandbox_and_the_quota_holds(make_sandbox, database):
    sandbox = make_sandbox(database=database, quota=25)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: send(sandbox, make_body(CREATE)), range(40)))
    statuses = [status for status, _ in replies]
    assert sorted(statuses) == [200] * 25 + [400] * 15
    assert list_page(sandbox)["total_count"] == len(sandbox.list_bills()) == 25


def test_what_goes_wrong_within_a_write_is_undone(database):
    store = Store(database)
    voice = Voice("v", "qwen3-tts-vd", "en", "prompt", "text", "2026-01-01", "2026-01-01")

    def add_and_fail():
        with store.write() as account:
            account.add_voice(voice)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        add_and_fail()
    with store.read() as account:
        assert (account.count_voices(Family.QWEN), account.list_bills()) == (0, ())
    store.close()


def test_a_file_is_kept_in_wal_mode(make_sandbox, database):
    make_sandbox(database=database).close()
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_file_that_is_no_database_is_refused_and_kept(make_sandbox, tmp_path):
    file = tmp_path / "sandbox.db"
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(FileUnusable) as caught:
        make_sandbox(database=file)
    assert caught.value.message == f"{file}: file is not a database"
    assert caught.value.hint == REMOVE_IT
    assert file.read_bytes() == b"not a database at all" * 100


def test_a_database_of_another_program_is_refused_and_kept(make_sandbox, tmp_path):
    file = tmp_path / "theirs.db"
    run(file, "CREATE TABLE notes (text)")
    before = file.read_bytes()
    with pytest.raises(FileUnusable) as caught:
        make_sandbox(database=file)
    assert caught.value.message == f"{file}: not a database of the sandbox"
    assert file.read_bytes() == before


def test_a_database_of_another_version_is_refused(make_sandbox, database):
    make_sandbox(database=database).close()
    run(database, "PRAGMA user_version = 7")
    with pytest.raises(FileUnusable) as caught:
        make_sandbox(database=database)
    assert caught.value.message == (
        f"{database}: the sandbox's database has version 7; this voiceops reads version 3"
    )
    assert caught.value.hint == REMOVE_IT


VERSION_2 = """
CREATE TABLE voices (
    number INTEGER PRIMARY KEY, voice TEXT NOT NULL UNIQUE, target_model TEXT NOT NULL,
    language TEXT NOT NULL, voice_prompt TEXT NOT NULL, preview_text TEXT NOT NULL,
    gmt_create TEXT NOT NULL, gmt_modified TEXT NOT NULL, last_used TEXT NOT NULL
);
CREATE INDEX voices_by_age ON voices (gmt_create, number);
CREATE INDEX voices_by_use ON voices (last_used);
CREATE TABLE bills (
    number INTEGER PRIMARY KEY, item TEXT NOT NULL, voice TEXT NOT NULL, count INTEGER NOT NULL,
    billed_at TEXT NOT NULL, is_reply_lost INTEGER NOT NULL
);
CREATE INDEX bills_by_voice ON bills (voice);
CREATE TABLE recordings (
    id TEXT PRIMARY KEY, voice TEXT NOT NULL, description TEXT NOT NULL, text TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE TABLE clock (ahead_s INTEGER NOT NULL);
INSERT INTO clock VALUES (86400);
INSERT INTO voices VALUES (1, 'qwen-tts-vd-a-voice-20260101000000000-0000',
    'qwen3-tts-vd-2026-01-26', 'en', 'A calm voice.', 'Hello there.', '2026-01-01 00:00:00',
    '2026-01-01 00:00:00', '2026-02-01 00:00:00');
INSERT INTO bills VALUES (1, 'qwen-voice-design', 'qwen-tts-vd-a-voice-20260101000000000-0000', 1,
    '2026-01-01 00:00:00', 0);
PRAGMA application_id = 0x766F7073;
PRAGMA user_version = 2;
"""


def read_tables(file):
    """Give the columns of each table and index, in their order."""
    connection = sqlite3.connect(file)
    names = connection.execute("SELECT type, name FROM sqlite_master ORDER BY name").fetchall()
    shapes = {
        name: connection.execute(f"PRAGMA {kind}_info({name})").fetchall() for kind, name in names
    }
    connection.close()
    return shapes


def test_a_database_of_the_version_before_is_brought_up_to_date(make_sandbox, database, tmp_path):
    database.parent.mkdir(parents=True)
    connection = sqlite3.connect(database)
    connection.executescript(VERSION_2)
    connection.close()
    sandbox = make_sandbox(database=database)
    (voice,) = list_page(sandbox)["voice_list"]
    assert voice == {
        "voice": "qwen-tts-vd-a-voice-20260101000000000-0000",
        "target_model": "qwen3-tts-vd-2026-01-26",
        "language": "en",
        "voice_prompt": "A calm voice.",
        "preview_text": "Hello there.",
        "gmt_create": "2026-01-01 00:00:00",
        "gmt_modified": "2026-01-01 00:00:00",
    }
    assert sandbox.list_bills() == (
        Bill("qwen-voice-design", voice["voice"], "2026-01-01 00:00:00"),
    )
    assert f"{sandbox.now():%d %H}" == "23 12"
    make_sandbox(database=tmp_path / "new.db")
    assert read_tables(database) == read_tables(tmp_path / "new.db")
    make_sandbox(database=database)
    assert list_page(sandbox)["total_count"] == 1


@pytest.mark.parametrize("place", ["folder", "file/sandbox.db"])
def test_a_place_that_cannot_be_written_is_refused(make_sandbox, tmp_path, place):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(FileUnusable) as caught:
        make_sandbox(database=tmp_path / place)
    assert caught.value.message.startswith(f"{tmp_path / place}: cannot be used: ")
    assert caught.value.hint == LOOK_AT_IT


def test_a_file_that_breaks_later_is_an_internal_error(make_sandbox, database):
    sandbox = make_sandbox(database=database)
    run(database, "DROP TABLE bills")
    status, document = send(sandbox, make_body(CREATE))
    assert (status, document["code"]) == (500, "InternalError")
    assert list_page(sandbox)["total_count"] == 0
