"""`voiceops sandbox`: the server behind its port, fault scripts, the ledger, the clock."""

from __future__ import annotations

import base64
import json
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cli_process import Project
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

CREATE = {
    "action": "create",
    "target_model": "qwen3-tts-vd-2026-01-26",
    "voice_prompt": "A calm narrator with a warm voice.",
    "preview_text": "Once upon a time.",
    "preferred_name": "narrator",
    "language": "en",
}
KEY = {"Authorization": "Bearer sk-test"}
REALTIME = "qwen3-tts-vd-realtime-2026-01-15"
DESIGN = "/services/audio/tts/customization"
SPEECH = "/services/aigc/multimodal-generation/generation"


@contextmanager
def serving(folder: Path, script: str = "") -> Iterator[httpx.Client]:
    arguments = ["sandbox", "serve", "--port", "0"]
    if script:
        (folder / "faults.yaml").write_text(script, encoding="utf-8")
        arguments += ["--faults", "faults.yaml"]
    process = Project(folder).start(*arguments)
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        base_url = line.removeprefix("The sandbox listens at ").strip()
        with httpx.Client(base_url=base_url, trust_env=False, headers=KEY) as client:
            yield client
        process.send_signal(signal.SIGINT)
        assert (process.communicate(timeout=30)[1], process.returncode) == (b"", 0)
    finally:
        process.kill()
        process.communicate()


def act(client: httpx.Client, fields: Mapping[str, object]) -> httpx.Response:
    return client.post(DESIGN, json={"model": "qwen-voice-design", "input": fields})


def create(client: httpx.Client, **changed: str) -> str:
    return str(act(client, {**CREATE, **changed}).json()["output"]["voice"])


def speak_over_a_socket(client: httpx.Client, voice: str, model: str = REALTIME) -> list[str]:
    """Hold a session to its end; gives the types of events, and the code it was closed with."""
    url = str(client.base_url).replace("http:", "ws:").replace("/api/v1/", "/api-ws/v1/realtime")
    kinds = []
    with connect(f"{url}?model={model}", additional_headers=KEY, proxy=None) as socket:
        try:
            for event in (
                {"type": "session.update", "session": {"voice": voice}},
                {"type": "input_text_buffer.append", "text": "Hello there."},
                {"type": "session.finish"},
            ):
                socket.send(json.dumps(event))
            while True:
                kinds.append(json.loads(socket.recv(timeout=20))["type"])
        except ConnectionClosed as closed:
            kinds.append(str(closed.rcvd.code if closed.rcvd else "dropped"))
    return kinds


def test_a_stream_a_download_and_a_session_go_over_the_port(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        body = {
            "model": CREATE["target_model"],
            "input": {"text": "Hello there.", "voice": create(client)},
        }
        stream = client.post(SPEECH, json=body, headers={"X-DashScope-SSE": "enable"})
        documents = [
            json.loads(line[5:]) for line in stream.text.split("\n") if line.startswith("data:")
        ]
        audios = [document["output"]["audio"] for document in documents]
        pcm = b"".join(base64.b64decode(audio["data"]) for audio in audios)
        whole = client.get(audios[-1]["url"])
        assert (whole.status_code, whole.content[-len(pcm) :]) == (200, pcm)
        kinds = speak_over_a_socket(client, create(client, target_model=REALTIME))
        assert (kinds[:2], kinds[-2:]) == (
            ["session.created", "session.updated"],
            ["session.finished", "1000"],
        )


def test_a_session_without_a_key_or_at_another_path_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        url = str(client.base_url).replace("http:", "ws:")
        for path, headers, status in (
            ("/api-ws/v1/realtime", {}, 401),
            ("/api-ws/v1/inference", {}, 401),
            ("/api-ws/v1/nowhere", KEY, 404),
        ):
            address = url.replace("/api/v1/", path)
            with pytest.raises(InvalidStatus) as refused:
                connect(address, additional_headers=headers, proxy=None)
            assert refused.value.response.status_code == status


def test_replies_are_lost_as_the_script_says_and_stand_in_the_ledger(tmp_path: Path) -> None:
    script = """
faults:
  - {on: create, name: first, lose_reply: all}
  - {on: create, name: second, lose_reply: half}
  - {on: create, name: third, lose_reply: all, work: not_done}
  - on: create
    name: fourth
    work: done
    reply: {status: 500, code: InternalError}
  - {on: speak, lose_reply: half}
"""
    with serving(tmp_path, script) as client:
        for name in ("first", "second", "third"):
            with pytest.raises(httpx.RemoteProtocolError):
                create(client, preferred_name=name)
        assert act(client, {**CREATE, "preferred_name": "fourth"}).status_code == 500
        kinds = speak_over_a_socket(client, create(client, target_model=REALTIME))
        assert (kinds[2], kinds[-1]) == ("input_text_buffer.committed", "dropped")
    ledger = Project(tmp_path).run("sandbox", "ledger")
    lines = [line.split()[2:] for line in ledger.out.splitlines()]
    assert [(*line[:2], line[2].split("-")[3], line[3:]) for line in lines[:-1]] == [
        ("0.2", "USD", "first", ["its", "reply", "was", "lost"]),
        ("0.2", "USD", "second", ["its", "reply", "was", "lost"]),
        ("0.2", "USD", "fourth", ["its", "reply", "was", "lost"]),
        ("0.2", "USD", "narrator", []),
        ("12", "characters", "narrator", []),
    ]
    assert ledger.out.splitlines()[-1] == (
        "Ledger: 0.8 USD for 4 voices, 3 of them in a reply that was lost; 12 characters spoken."
    )


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "faults:\n  - on: creat\n    delay_s: 1\n",
            "faults.yaml:2:9: on is 'creat', which it cannot be",
        ),
        ("faults:\n  - on: list\n", "faults.yaml:2:5: an item of faults does nothing"),
        ("fault: []\n", "faults.yaml:1:1: unknown key 'fault'"),
        ("behaviour: {order: random}\n", "faults.yaml:1:20: order is 'random', which it cannot be"),
        ("behaviour: {stamp_digits: 15}\n", "faults.yaml:1:27: stamp_digits"),
        ("faults: [\n", "faults.yaml:2:1: "),
        (
            "faults:\n  - on: list\n    reply: {status: 99}\n",
            "faults.yaml:3:21: status is 99; it must be at least 200",
        ),
    ],
)
def test_a_faulty_script_is_refused_at_its_place(tmp_path: Path, script: str, message: str) -> None:
    (tmp_path / "faults.yaml").write_text(script, encoding="utf-8")
    refused = Project(tmp_path).run("sandbox", "serve", "--faults", "faults.yaml")
    assert refused.code == 1
    assert message in refused.err


def test_a_script_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    refused = Project(tmp_path).run("sandbox", "serve", "--faults", "nothing.yaml")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("error: nothing.yaml: cannot be read: No such file")


@pytest.mark.parametrize("days", ["370", "-1d", "0d", "99999d", "1w", "d"])
def test_the_clock_goes_ahead_by_days_alone(tmp_path: Path, days: str) -> None:
    assert Project(tmp_path).run("sandbox", "advance", "--", days).code == 64


@pytest.mark.parametrize("page", ["docs/reference/faults.md", "docs/how-to/sandbox.md"])
def test_every_script_of_the_docs_is_one(tmp_path: Path, page: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    scripts = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert scripts
    for script in scripts:
        with serving(tmp_path, script) as client:
            assert client.get("/").status_code == 404
