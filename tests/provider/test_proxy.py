"""Which way leads to the service, and what a proxy that opens no way proves."""

from __future__ import annotations

import socket

import pytest
from provider_account import ANNOUNCER, KEY, do_nothing
from provider_clock import VirtualTime
from provider_server import serve_raw

from voiceops.core.families.family import Listing
from voiceops.errors import Unreachable
from voiceops.provider.service import Service
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import resolve_endpoint
from voiceops.provider.transport.exchange import Call
from voiceops.provider.transport.http import Http
from voiceops.provider.transport.proxy import find_proxy

SERVICE = "https://dashscope-intl.aliyuncs.com/api/v1"
PROXY = "http://proxy:3128"
VARIABLES = ("https_proxy", "http_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)


@pytest.mark.parametrize(
    ("no_proxy", "url", "is_used"),
    [
        ("", SERVICE, True),
        ("*", SERVICE, False),
        ("aliyuncs.com", SERVICE, False),
        (".aliyuncs.com", SERVICE, False),
        ("*.aliyuncs.com", SERVICE, False),
        ("Aliyuncs.COM", SERVICE, False),
        ("yuncs.com", SERVICE, True),
        ("a.example, dashscope-intl.aliyuncs.com", SERVICE, False),
        ("dashscope-intl.aliyuncs.com:443", SERVICE, False),
        ("dashscope-intl.aliyuncs.com:8443", SERVICE, True),
        # What is no item of ours is no reason to stop.
        ("fd00::/8", SERVICE, True),
        ("[::1]", SERVICE, True),
        ("::1", SERVICE, True),
        ("http://x:y", SERVICE, True),
        ("http://[::", SERVICE, True),
        ("fd00::/8,http://x:y,aliyuncs.com", SERVICE, False),
        # Addresses and networks.
        ("fd00::/8", "https://[fd00::1]/api/v1", False),
        ("fe80::/10", "https://[fd00::1]/api/v1", True),
        ("[fd00::1]", "https://[fd00::1]:8443/api/v1", False),
        ("[fd00::1]:8443", "https://[fd00::1]:8443/api/v1", False),
        ("10.0.0.0/8", "https://10.1.2.3/api/v1", False),
        ("10.0.0.1/8", "https://10.1.2.3/api/v1", False),
        ("10.0.0.0/8", "https://11.1.2.3/api/v1", True),
        ("10.1.2.3", "https://10.1.2.3/api/v1", False),
        # This machine needs no proxy, whatever is said.
        ("", "https://127.0.0.1:8000/api/v1", False),
        ("", "http://localhost/api/v1", False),
        ("", "http://[::1]:8000/api/v1", False),
    ],
)
def test_no_proxy_names_what_is_reached_directly(
    no_proxy: str, url: str, is_used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert find_proxy(url) == (PROXY if is_used else None)


@pytest.mark.parametrize(
    ("variable", "value", "found"),
    [
        ("HTTPS_PROXY", "proxy:3128", PROXY),
        ("https_proxy", PROXY, PROXY),
        ("ALL_PROXY", "socks5://proxy:1080", "socks5://proxy:1080"),
        ("HTTP_PROXY", PROXY, None),
        ("HTTPS_PROXY", "", None),
    ],
)
def test_the_proxy_is_the_one_for_https(
    variable: str, value: str, found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert find_proxy(SERVICE) == found


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "Server disconnected without sending a response."),
        (b"HTTP/1.1 200", "Server disconnected without sending a response."),
        (b"go away\r\n\r\n", "illegal status line: bytearray(b'go away')"),
        (b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n", "407 Who are you"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "502 Bad Gateway"),
    ],
)
def test_a_proxy_that_opens_no_tunnel_means_nothing_was_sent(
    answer: bytes, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve_raw(answer) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        message = create()
    assert message == f"cannot reach voiceops.invalid: the proxy opened no tunnel: {why}"


def test_a_proxy_that_is_not_there_is_called_the_one_that_is_not_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    message = create()
    assert message.startswith("cannot reach voiceops.invalid: the proxy is not reached: ")


def test_a_tunnel_that_leads_nowhere_means_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serve_raw(b"HTTP/1.1 200 OK\r\n\r\n") as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        message = create()
    assert message.startswith("cannot reach voiceops.invalid: ")
    assert "proxy" not in message


def test_a_proxy_that_says_nothing_means_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")
        http = Http("https://voiceops.invalid/api/v1", {}, effects=VirtualTime())
        with pytest.raises(Unreachable, match="the proxy opened no tunnel"):
            http.post(Call("create a", {}, time_limit_s=0.2, is_fresh=True))


def create() -> str:
    """Try to create a voice at a service behind the proxy; gives what the error says."""
    endpoint = resolve_endpoint("singapore", override="https://voiceops.invalid/api/v1")
    access = Access(endpoint, KEY, None, VirtualTime())
    qwen = Service(access, requests_per_minute=6000, listing=Listing.COUNTED)
    try:
        with pytest.raises(Unreachable) as caught:
            qwen.create(ANNOUNCER, announce=do_nothing)
    finally:
        qwen.close()
    return caught.value.message.removeprefix("create announcer: ")
