from __future__ import annotations

import base64
import subprocess
import sys
from dataclasses import replace

import httpx
import pytest
from provider_account import ANNOUNCER, KEY, VOICE, Account, Reply, always, do_nothing
from provider_clock import VirtualTime

from voiceops.core.families.family import Listing
from voiceops.core.voice import LiveVoice
from voiceops.errors import OutcomeUnknown, ServiceError, Throttled, Unreachable
from voiceops.provider.protocol import Created, Provider
from voiceops.provider.transport.exchange import ReplyLost
from voiceops.version import __version__

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "


def made(voice: object, **more: object) -> dict[str, object]:
    preview = {"data": base64.b64encode(WAV).decode(), "sample_rate": 24000}
    return {"output": {"voice": voice, "preview_audio": preview}, "usage": {"count": 1}, **more}


def create(account: Account) -> Created:
    return account.qwen().create(ANNOUNCER, announce=do_nothing)


def test_a_create_sends_everything_that_shapes_the_voice() -> None:
    account = always(200, made(VOICE))
    assert create(account) == Created(VOICE, WAV)
    assert account.requests == [
        {
            "model": "qwen-voice-design",
            "input": {
                "action": "create",
                "target_model": "qwen3-tts-vd-realtime-2026-01-15",
                "voice_prompt": "A composed middle-aged male announcer.",
                "preview_text": "Dear listeners, hello everyone.",
                "preferred_name": "announcer",
                "language": "en",
            },
            "parameters": {"sample_rate": 24000, "response_format": "wav"},
        }
    ]


@pytest.mark.parametrize("workspace", [None, "ws-1"])
def test_the_headers_say_who_asks_and_for_which_workspace(workspace: str | None) -> None:
    account = always(200, made(VOICE))
    account.qwen(workspace=workspace).create(ANNOUNCER, announce=do_nothing)
    headers = account.headers[0]
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["content-type"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    assert headers["user-agent"] == f"voiceops/{__version__}"
    assert headers.get("x-dashscope-workspace") == workspace


@pytest.mark.parametrize(
    "voice",
    [
        VOICE,
        "qwen-tts-vd-announcer-voice-20251201102800-a1b2",
        "yourVoice",
        "qwen3-vd.announcer_1",
    ],
)
def test_a_well_formed_name_is_a_voice(voice: str) -> None:
    assert create(always(200, made(voice))).voice_id == voice


@pytest.mark.parametrize(
    "body",
    [
        made("qwen-tts-vd-narrator-voice-20251201102800123-a1b2"),
        made(""),
        made(None),
        made(7),
        made("../../etc/passwd"),
        made("your voice"),
        made("v" * 129),
        made("voice\n"),
        made(VOICE, code="InternalError"),
        {"output": {}},
        {"output": None},
        {"output": VOICE},
        {"voice": VOICE},
    ],
)
def test_a_200_without_a_voice_that_can_be_ours_is_an_unknown_outcome(body: object) -> None:
    account = always(200, body)
    with pytest.raises(OutcomeUnknown):
        create(account)
    assert len(account.requests) == 1


def test_a_faulty_preview_loses_no_voice() -> None:
    body = {"output": {"voice": VOICE, "preview_audio": {"data": "{base64_encoded_audio}"}}}
    assert create(always(200, body)) == Created(VOICE, None, "the audio is not valid base64")
    opus = replace(ANNOUNCER, response_format="opus")
    created = always(200, made(VOICE)).qwen().create(opus, announce=do_nothing)
    assert created == Created(VOICE, None, "the audio is not opus")


def test_a_create_is_announced_when_its_turn_has_come() -> None:
    account = always(200, made(VOICE))
    qwen = account.qwen()
    seen = []
    for _ in range(19):
        qwen.create(
            ANNOUNCER,
            announce=lambda: seen.append((len(account.requests), account.effects.elapsed_s)),
        )
    assert seen[0] == (0, 0.0)
    assert seen[18] == (18, pytest.approx(1 / 3))


def test_nothing_is_sent_if_the_announcement_fails() -> None:
    account = always(200, made(VOICE))

    def fail() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        account.qwen().create(ANNOUNCER, announce=fail)
    assert account.requests == []


@pytest.mark.parametrize(("retry_after", "pause_s"), [("", 1.0), ("7", 7.0), ("86400", 60.0)])
def test_a_throttled_create_pauses_everybody(retry_after: str, pause_s: float) -> None:
    account = always(429, {"code": "Throttling"}, retry_after=retry_after)
    qwen = account.qwen()
    with pytest.raises(Throttled) as caught:
        qwen.create(ANNOUNCER, announce=do_nothing)
    assert caught.value.retry_after_s == (float(retry_after) if retry_after else None)
    assert account.effects.sleeps == []
    with pytest.raises(Throttled):
        qwen.create(ANNOUNCER, announce=do_nothing)
    assert account.effects.elapsed_s == pause_s


def test_a_throttled_read_pauses_everybody_and_goes_on() -> None:
    account = Account(lambda number: THROTTLED if number < 2 else FOUND)
    assert account.qwen().query(VOICE) == LiveVoice(VOICE, None)
    assert len(account.requests) == 3
    assert account.effects.elapsed_s == pytest.approx(1.5)


THROTTLED: Reply = (429, {}, b'{"code": "Throttling.RateQuota", "message": "slower"}')
FOUND: Reply = (200, {}, f'{{"output": {{"voice": "{VOICE}"}}}}'.encode())


def test_a_listing_is_sorted_and_asked_for_page_by_page() -> None:
    def answer(number: int) -> Reply:
        voice = f'{{"voice": "v{5 - number}"}}'
        return 200, {}, f'{{"output": {{"total_count": 2, "voice_list": [{voice}]}}}}'.encode()

    account = Account(answer)
    assert account.qwen().list() == (LiveVoice("v4", None), LiveVoice("v5", None))
    assert [request["input"] for request in account.requests] == [
        {"action": "list", "page_index": 0, "page_size": 100},
        {"action": "list", "page_index": 1, "page_size": 1},
    ]


def test_the_environment_chooses_when_a_listing_is_complete() -> None:
    account = always(200, {"output": {"total_count": 7, "voice_list": []}})
    assert account.qwen(listing=Listing.UNTIL_EMPTY).list() == ()


def test_a_deleted_voice_is_named() -> None:
    account = always(200, {"output": {"voice": VOICE}, "usage": {}})
    account.qwen().delete(VOICE)
    assert account.requests[0]["input"] == {"action": "delete", "voice": VOICE}


class Broken(VirtualTime):
    """A network that fails in its own way before or after the request."""

    def __init__(self, error: Exception, *, is_sent: bool) -> None:
        super().__init__()
        self.error = error
        self.is_sent = is_sent

    def exchange(self, perform: object) -> object:
        if self.is_sent:
            perform()
        raise self.error


@pytest.mark.parametrize(
    ("error", "is_sent", "for_create", "for_reads"),
    [
        (httpx.ConnectError("refused"), False, Unreachable, Unreachable),
        (httpx.ConnectTimeout("late"), False, Unreachable, Unreachable),
        (httpx.PoolTimeout("late"), False, Unreachable, Unreachable),
        (httpx.ProxyError("407 no"), False, Unreachable, Unreachable),
        (httpx.UnsupportedProtocol("gopher"), False, Unreachable, Unreachable),
        (httpx.ReadError("reset"), True, OutcomeUnknown, ReplyLost),
        (httpx.ReadTimeout("late"), True, OutcomeUnknown, ReplyLost),
        (httpx.WriteError("reset"), True, OutcomeUnknown, ReplyLost),
        (httpx.WriteTimeout("late"), True, OutcomeUnknown, ReplyLost),
        (httpx.CloseError("odd"), True, OutcomeUnknown, ReplyLost),
        (httpx.RemoteProtocolError("odd"), True, OutcomeUnknown, ReplyLost),
        (httpx.LocalProtocolError("odd"), True, OutcomeUnknown, ReplyLost),
        (httpx.DecodingError("odd"), True, OutcomeUnknown, ReplyLost),
        (OSError(5, "Input/output error"), True, OutcomeUnknown, ReplyLost),
    ],
)
def test_only_evidence_makes_a_failure_harmless(
    error: Exception,
    is_sent: bool,
    for_create: type[ServiceError],
    for_reads: type[ServiceError],
) -> None:
    account = always(200, made(VOICE))
    account.effects = Broken(error, is_sent=is_sent)
    with pytest.raises(for_create) as caught:
        create(account)
    assert type(caught.value) is for_create
    assert len(account.requests) == int(is_sent)
    with pytest.raises(for_reads) as caught:
        account.qwen().query(VOICE)
    assert type(caught.value) is for_reads
    assert len(account.requests) == int(is_sent) + 5 * int(is_sent)


def test_qwen_is_a_provider() -> None:
    provider: Provider = always(200).qwen()
    provider.close()


def test_httpx_is_loaded_by_the_first_request_and_not_before() -> None:
    program = (
        "import sys, voiceops.provider.protocol, voiceops.provider.service;"
        "sys.exit('httpx' in sys.modules or 'pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
