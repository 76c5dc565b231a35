"""The sandbox behind a real port, in a process of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import enrollment_client
import httpx
import pytest
from sandbox_client import CREATE, create, list_page, make_body
from websockets.sync.client import connect

from voiceops.errors import VoiceopsError
from voiceops.installation import tell_extra
from voiceops.sandbox.families.cosyvoice.session import TASKS_PATH
from voiceops.sandbox.server import serve
from voiceops.sandbox.service import CUSTOMIZATION_PATH

SERVES = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from voiceops.sandbox.server import serve
from voiceops.sandbox.service import Sandbox
sandbox = Sandbox(Path(sys.argv[1]), now=lambda: datetime.now(UTC))
serve(sandbox, host="127.0.0.1", port=0, ready=lambda port: print(port, flush=True))
sandbox.close()
print("closed")
"""
KEY = {"Authorization": "Bearer sk-test"}


@contextmanager
def serving(database, *, stop=signal.SIGINT):
    """Serve in another process; at the end the server has to leave quietly."""
    command = [sys.executable, "-W", "error", "-c", SERVES, str(database)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline())
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield client
            process.send_signal(stop)
            out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "closed\n", "")
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def database(tmp_path):
    return tmp_path / "sandbox.db"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_four_actions_go_over_a_socket_and_a_signal_ends_it(database, stop):
    with serving(database, stop=stop) as client:

        def act(fields):
            reply = client.post(CUSTOMIZATION_PATH, json=make_body(fields), headers=KEY)
            assert reply.headers["Content-Type"] == "application/json"
            return reply.status_code, reply.json()["output"]

        status, made = act(CREATE)
        assert status == 200
        assert act({"action": "list"})[1]["total_count"] == 1
        assert act({"action": "query", "voice": made["voice"]})[1]["voice"] == made["voice"]
        assert act({"action": "delete", "voice": made["voice"]}) == (200, {"voice": made["voice"]})
        assert act({"action": "list"})[1]["total_count"] == 0


@pytest.mark.parametrize("path", [TASKS_PATH, TASKS_PATH + "/"])
def test_tasks_run_over_a_socket_with_audio_in_binary_frames(make_sandbox, database, path):
    voice = enrollment_client.create(make_sandbox(database=database))
    parameters = {"voice": voice, "format": "pcm", "sample_rate": 24000}
    with serving(database) as client:
        url = f"ws://127.0.0.1:{client.base_url.port}{path}"
        with connect(url, additional_headers=KEY, proxy=None) as socket:
            for action, payload in (
                ("run-task", {"model": "cosyvoice-v3.5-plus", "parameters": parameters}),
                ("continue-task", {"input": {"text": "Hello there."}}),
                ("finish-task", {"input": {}}),
            ):
                header = {"action": action, "task_id": "t1", "streaming": "duplex"}
                socket.send(json.dumps({"header": header, "payload": payload}))
            frames = []
            while not frames or "task-finished" not in str(frames[-1]):
                frames.append(socket.recv(timeout=20))
        assert "task-started" in frames[0]
        audio = [frame for frame in frames if isinstance(frame, bytes)]
        assert len(b"".join(audio)) > 10_000


def test_the_server_and_another_process_share_the_file(make_sandbox, database):
    with serving(database) as client:
        sandbox = make_sandbox(database=database)
        mine = create(sandbox)
        reply = client.post(CUSTOMIZATION_PATH, json=make_body(CREATE), headers=KEY)
        theirs = reply.json()["output"]["voice"]
        listed = {voice["voice"] for voice in list_page(sandbox)["voice_list"]}
        assert listed == {mine, theirs}


def test_requests_side_by_side_are_all_answered(database):
    with serving(database) as client, ThreadPoolExecutor(8) as pool:
        replies = list(
            pool.map(
                lambda _: client.post(CUSTOMIZATION_PATH, json=make_body(CREATE), headers=KEY),
                range(24),
            )
        )
        assert {reply.status_code for reply in replies} == {200}
        assert len({reply.json()["output"]["voice"] for reply in replies}) == 24


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("POST", CUSTOMIZATION_PATH, {}, 401, "InvalidApiKey"),
        ("GET", CUSTOMIZATION_PATH, KEY, 405, "MethodNotAllowed"),
        ("BREW", CUSTOMIZATION_PATH, KEY, 405, "MethodNotAllowed"),
        ("GET", "/", {}, 404, "NotFound"),
        ("POST", "/api/v1/%66oo?a=b", KEY, 404, "NotFound"),
        ("POST", CUSTOMIZATION_PATH + "?a=b", KEY, 400, "BadRequest.IllegalInput"),
    ],
)
def test_every_path_and_method_is_answered_in_the_vendors_shape(
    database, method, path, headers, status, code
):
    with serving(database) as client:
        reply = client.request(method, path, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (status, code)
        assert client.head(path).content == b""


def test_a_body_above_the_bound_is_refused_and_the_next_request_is_answered(database):
    with serving(database) as client:
        for content in (b"x" * (3 << 20), (b"x" * (1 << 20) for _ in range(3))):
            reply = client.post(CUSTOMIZATION_PATH, content=content, headers=KEY)
            assert (reply.status_code, reply.json()["code"]) == (413, "BadRequest.TooLarge")
        reply = client.post(CUSTOMIZATION_PATH, json=make_body({"action": "list"}), headers=KEY)
        assert reply.status_code == 200


def test_a_client_that_leaves_within_its_request_makes_no_noise(database):
    with serving(database) as client:
        with socket.create_connection(("127.0.0.1", client.base_url.port)) as leaving:
            head = f"POST {CUSTOMIZATION_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{"
            leaving.sendall(head.encode())
        with socket.create_connection(("127.0.0.1", client.base_url.port)) as confused:
            confused.sendall(b"not http\r\n\r\n")
            assert confused.recv(12) == b"HTTP/1.1 400"
        assert client.get("/").status_code == 404


def test_a_port_that_is_taken_is_an_error_with_a_way_out(make_sandbox):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(VoiceopsError) as caught:
            serve(make_sandbox(), host="127.0.0.1", port=port, ready=print)
    assert caught.value.message.startswith(f"port {port} of 127.0.0.1 cannot be had: ")
    assert caught.value.hint == "name another one with --port; 0 takes any that is free"


@pytest.mark.parametrize("missing", ["uvicorn", "starlette.requests"])
def test_without_the_extra_the_hint_names_it(make_sandbox, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "voiceops.sandbox.application", raising=False)
    with pytest.raises(VoiceopsError) as caught:
        serve(make_sandbox(), host="127.0.0.1", port=0, ready=print)
    assert caught.value.hint == f"install the extra: {tell_extra('server')}"
