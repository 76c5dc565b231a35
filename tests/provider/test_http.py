"""Real sockets, real failures: how far an exchange got is what counts."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from provider_account import ANNOUNCER, KEY, VOICE, do_nothing
from provider_clock import VirtualTime
from provider_server import Peer, Script, Server, serve, serve_raw

from voiceops.core.families.family import Listing
from voiceops.core.voice import LiveVoice
from voiceops.errors import OutcomeUnknown, ProtocolViolated, ServiceError, Unreachable
from voiceops.provider.service import Service
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.connection import Line
from voiceops.provider.transport.endpoints import resolve_endpoint
from voiceops.provider.transport.exchange import Call, ReplyLost, WireReply
from voiceops.provider.transport.http import Http
from voiceops.provider.transport.trust import trust_for

FOUND = f'{{"output": {{"voice": "{VOICE}"}}}}'.encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: "


@contextmanager
def connect(url: str) -> Iterator[Service]:
    qwen = Service(
        Access(resolve_endpoint("singapore", override=url), KEY, None, VirtualTime()),
        requests_per_minute=6000,
        listing=Listing.COUNTED,
    )
    try:
        yield qwen
    finally:
        qwen.close()


@contextmanager
def post_to(server: Server) -> Iterator[Http]:
    http = Http(server.url, {"Accept-Encoding": "identity"}, effects=VirtualTime())
    try:
        yield http
    finally:
        http.close()


def read_action(request: bytes) -> str:
    return json.loads(request.partition(b"\r\n\r\n")[2])["input"]["action"]


def find(peer: Peer) -> None:
    peer.reply("200 OK", FOUND)


def find_after_a_hint(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
    find(peer)


def close_after_half(peer: Peer) -> None:
    peer.send(HEAD + b"200\r\n\r\n" + FOUND[:20])
    peer.socket.shutdown(socket.SHUT_RDWR)


def reset_after_half(peer: Peer) -> None:
    peer.send(HEAD + b"200\r\n\r\n" + FOUND[:20])
    peer.reset()


def close_within_chunks(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\r\n")
    peer.socket.shutdown(socket.SHUT_RDWR)


def close_at_once(peer: Peer) -> None:
    peer.socket.shutdown(socket.SHUT_RDWR)


def talk_garbage(peer: Peer) -> None:
    peer.send(b"\x00\xffSSH-2.0 what?\r\n\r\n")
    peer.socket.shutdown(socket.SHUT_RDWR)


def claim_a_wild_length(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")


def send_endless_headers(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000)


LOSSES: list[Script] = [
    Peer.reset,
    close_at_once,
    close_after_half,
    reset_after_half,
    close_within_chunks,
    talk_garbage,
    claim_a_wild_length,
    send_endless_headers,
]


@pytest.mark.parametrize("script", LOSSES)
def test_a_create_whose_reply_is_lost_is_sent_once_and_unknown(script: Script) -> None:
    with serve(script) as server, connect(server.url) as qwen:
        with pytest.raises(OutcomeUnknown) as caught:
            qwen.create(ANNOUNCER, announce=do_nothing)
        assert len(server.requests) == 1
    assert caught.value.message == (
        "create announcer: the connection broke before the reply was whole; "
        "the voice may have been made, and billed"
    )


@pytest.mark.parametrize("script", LOSSES)
def test_a_read_whose_reply_is_lost_is_tried_five_times(script: Script) -> None:
    with serve(script) as server, connect(server.url) as qwen:
        with pytest.raises(ReplyLost) as caught:
            qwen.query(VOICE)
        assert len(server.requests) == 5
    assert caught.value.message == (
        f"query {VOICE}: the connection broke before the reply was whole"
    )


def test_a_read_that_fails_once_succeeds() -> None:
    def fail_once(peer: Peer) -> None:
        (Peer.reset if len(peer.server.requests) == 1 else find)(peer)

    with serve(fail_once) as server, connect(server.url) as qwen:
        assert qwen.query(VOICE) == LiveVoice(VOICE, None)
        assert len(server.requests) == 2


def test_interim_replies_are_passed_over() -> None:
    with serve(find_after_a_hint) as server, connect(server.url) as qwen:
        assert qwen.query(VOICE) == LiveVoice(VOICE, None)
        assert len(server.requests) == 1


def test_reads_keep_their_connection_and_a_create_has_its_own() -> None:
    with serve(find) as server, connect(server.url) as qwen:
        qwen.query(VOICE)
        qwen.query(VOICE)
        qwen.create(ANNOUNCER, announce=do_nothing)
        qwen.create(ANNOUNCER, announce=do_nothing)
        qwen.query(VOICE)
        actions = [[read_action(request) for request in one] for one in server.connections]
        assert actions == [["query", "query", "query"], ["create"], ["create"]]


def test_a_kept_connection_that_the_server_closed_is_replaced() -> None:
    def find_and_close(peer: Peer) -> None:
        find(peer)
        peer.socket.shutdown(socket.SHUT_RDWR)

    with serve(find_and_close) as server, connect(server.url) as qwen:
        for _ in range(3):
            assert qwen.query(VOICE) == LiveVoice(VOICE, None)
        assert 3 <= len(server.connections) <= 4


def test_what_was_begun_is_never_called_unsent() -> None:
    class Forgetful(VirtualTime):
        def exchange(self, perform: Callable[[], object]) -> object:
            perform()
            raise httpx.ConnectError("nobody there")

    with serve(find) as server:
        http = Http(server.url, {}, effects=Forgetful())
        with pytest.raises(ReplyLost):
            http.post(Call("query v", {}))
        http.close()


def test_no_redirect_is_followed_and_no_key_sent_on() -> None:
    with serve(find) as other:

        def redirect(peer: Peer) -> None:
            peer.reply("307 Temporary Redirect", b"", f"Location: {other.url}")

        with serve(redirect) as server, connect(server.url) as qwen:
            with pytest.raises(ProtocolViolated) as caught:
                qwen.query(VOICE)
            with pytest.raises(OutcomeUnknown):
                qwen.create(ANNOUNCER, announce=do_nothing)
            assert len(server.requests) == 2
        assert other.requests == []
    assert caught.value.message == (
        f"query {VOICE}: 307; this is no reply that the service documents"
    )


def test_nobody_there_means_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with connect(f"http://127.0.0.1:{port}/api/v1") as qwen:
        for act in (
            lambda: qwen.query(VOICE),
            lambda: qwen.create(ANNOUNCER, announce=do_nothing),
        ):
            with pytest.raises(Unreachable) as caught:
                act()
            assert f"cannot reach 127.0.0.1:{port}: " in caught.value.message


def test_a_failed_tls_handshake_means_nothing_was_sent() -> None:
    with (
        serve_raw(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port,
        connect(f"https://127.0.0.1:{port}/api/v1") as qwen,
        pytest.raises(Unreachable),
    ):
        qwen.create(ANNOUNCER, announce=do_nothing)


def test_a_connection_that_comes_when_the_time_is_over_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolve = socket.getaddrinfo

    def resolve_late(*asked: object, **how: object) -> object:
        while not line.is_late:
            time.sleep(0)
        return resolve(*asked, **how)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_late)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        line = Line(url, {}, ssl_context=trust_for("http"), proxy=None, handler=None)
        with pytest.raises(httpx.ConnectTimeout):
            line.post(b"{}", Call("query v", {}, time_limit_s=0.01))
        line.close()
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(5)
            assert peer.recv(1) == b""


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://127.0.0.1:1", "http://[::"])
def test_a_proxy_that_cannot_be_used_means_nothing_was_sent(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("ALL_PROXY", proxy)
    with connect("https://voiceops.invalid/api/v1") as qwen, pytest.raises(Unreachable) as caught:
        qwen.create(ANNOUNCER, announce=do_nothing)
    assert caught.value.message.startswith("create announcer: cannot reach voiceops.invalid: ")


def test_loopback_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serve(find) as server, connect(server.url) as qwen:
        assert qwen.query(VOICE) == LiveVoice(VOICE, None)


def drip_head(peer: Peer) -> None:
    peer.drip(b"HTTP/1.1 200 OK\r\nX: xxx")


def drip_body_of_known_length(peer: Peer) -> None:
    peer.send(HEAD + b"1000000\r\n\r\n")
    peer.drip(FOUND)


def drip_body_without_length(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    peer.drip(FOUND)


def drip_interim_replies(peer: Peer) -> None:
    peer.drip(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)


def stay_silent(peer: Peer) -> None:
    peer.server.is_over.wait(5)


SLOTHS = [
    drip_head,
    drip_body_of_known_length,
    drip_body_without_length,
    drip_interim_replies,
    stay_silent,
]


@pytest.mark.parametrize("script", SLOTHS)
@pytest.mark.parametrize("is_fresh", [True, False])
def test_the_time_limit_is_for_the_whole_exchange(script: Script, is_fresh: bool) -> None:
    with serve(script) as server, post_to(server) as http:
        with pytest.raises(ReplyLost) as caught:
            http.post(Call("query v", {}, time_limit_s=0.2, is_fresh=is_fresh))
        assert len(server.requests) == 1
    assert caught.value.message == "query v: no whole reply within 0.2 s"


@pytest.mark.parametrize("script", SLOTHS)
def test_the_time_limit_holds_on_a_kept_connection(script: Script) -> None:
    def slow_down(peer: Peer) -> None:
        (find if len(peer.server.requests) == 1 else script)(peer)

    with serve(slow_down) as server, post_to(server) as http:
        assert http.post(Call("query v", {})) == WireReply(200, FOUND)
        with pytest.raises(ReplyLost) as caught:
            http.post(Call("query v", {}, time_limit_s=0.2))
        assert len(server.connections) == 1
    assert caught.value.message == "query v: no whole reply within 0.2 s"


@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_reply_over_the_limit_is_not_taken(is_chunked: bool) -> None:
    def flood(peer: Peer) -> None:
        if is_chunked:
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while not peer.server.is_over.is_set():
                peer.send(b"400\r\n" + b"x" * 1024 + b"\r\n")
        else:
            peer.reply("200 OK", b"x" * 5000)

    with (
        serve(flood) as server,
        post_to(server) as http,
        pytest.raises(ProtocolViolated) as caught,
    ):
        http.post(Call("list", {}, size_limit_bytes=4096))
    assert caught.value.message == "list: the reply is larger than 4,096 bytes"


def test_a_reply_at_the_limit_is_taken() -> None:
    def fill(peer: Peer) -> None:
        peer.reply("200 OK", b"x" * 4096, "Retry-After: 7")

    with serve(fill) as server, post_to(server) as http:
        reply = http.post(Call("list", {}, size_limit_bytes=4096))
    assert reply == WireReply(200, b"x" * 4096, "7")


def test_a_create_with_an_oversized_reply_is_unknown() -> None:
    def flood(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not peer.server.is_over.is_set():
            peer.send(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")

    with serve(flood) as server, connect(server.url) as qwen:
        with pytest.raises(OutcomeUnknown) as caught:
            qwen.create(ANNOUNCER, announce=do_nothing)
        assert len(server.requests) == 1
    assert "the reply is larger than 33,554,432 bytes" in caught.value.message


def test_a_compressed_reply_is_not_unfolded() -> None:
    def compress(peer: Peer) -> None:
        peer.reply("200 OK", gzip.compress(FOUND), "Content-Encoding: gzip")

    with serve(compress) as server, connect(server.url) as qwen:
        with pytest.raises(ProtocolViolated):
            qwen.query(VOICE)
        assert b"accept-encoding: identity" in server.requests[0].lower()


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"<html>portal</html>"])
def test_a_200_that_says_nothing_is_no_success(body: bytes) -> None:
    with serve(lambda peer: peer.reply("200 OK", body)) as server, connect(server.url) as qwen:
        for act in (lambda: qwen.delete(VOICE), qwen.list, lambda: qwen.query(VOICE)):
            with pytest.raises(ProtocolViolated):
                act()
        with pytest.raises(OutcomeUnknown):
            qwen.create(ANNOUNCER, announce=do_nothing)


def test_the_key_is_in_no_error_however_the_exchange_fails() -> None:
    def echo(peer: Peer) -> None:
        peer.reply("400 Bad Request", peer.server.requests[-1])

    for script in (*LOSSES, echo):
        with serve(script) as server, connect(server.url) as qwen:
            with pytest.raises(ServiceError) as caught:
                qwen.create(ANNOUNCER, announce=do_nothing)
            assert KEY.encode() in server.requests[0]
        assert KEY not in caught.value.message + caught.value.hint
