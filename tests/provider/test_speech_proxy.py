"""A proxy that cannot be used is an error of ours, which does not repeat its password."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from speech_server import KEY, REALTIME_MODEL, utter

from voiceops.effects import System
from voiceops.errors import Unreachable
from voiceops.provider.families.qwen.speech import ask
from voiceops.provider.speech.over_http import speak_over_http
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import Endpoint
from voiceops.provider.transport.websocket import dial_service

SERVICE = Access(Endpoint("https://service.invalid/api/v1", "test"), KEY, None, System())


def speak() -> None:
    list(speak_over_http(utter(), SERVICE, ask))


def dial() -> None:
    with dial_service(SERVICE, REALTIME_MODEL):
        pass


@pytest.mark.parametrize("reach", [speak, dial])
@pytest.mark.parametrize(
    "proxy",
    [
        "ftp://me:PASSWORD@proxy",
        "http://me:PASSWORD@proxy:port",
        "socks5://me:PASSWORD@127.0.0.1:1",
    ],
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, reach: Callable[[], None], proxy: str
) -> None:
    for name in ("no_proxy", "NO_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(Unreachable) as caught:
        reach()
    assert caught.value.message.startswith("say: cannot reach service.invalid: the proxy in ")
    assert "PASSWORD" not in caught.value.message
