"""The sandbox as an application of a web server: HTTP, streamed events and WebSockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected

from voiceops.errors import FileUnusable
from voiceops.sandbox import messages
from voiceops.sandbox.families.cosyvoice.session import TASKS_PATH, TaskAnswer, TaskSession
from voiceops.sandbox.families.qwen.session import Session
from voiceops.sandbox.messages import MAX_BODY_BYTES, Reply
from voiceops.sandbox.realtime import REALTIME_PATH, Answer
from voiceops.sandbox.script import Lost
from voiceops.sandbox.service import Sandbox

_TRANSPORT = "transport"
_INTERNAL_ERROR = 1011
_EVENT_END = b"\n\n"


class DroppingProtocol(H11Protocol):
    """A server's connection that an application may break off in the middle of a reply."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the transport to the application, in its state."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


def make_application(sandbox: Sandbox) -> ASGIApp:
    """Wrap a sandbox; every path and method is passed on, and refused in the vendor's words."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await _hold_session(sandbox, WebSocket(scope, receive, send))
        else:
            await _answer(sandbox, Request(scope, receive), send)

    return application


async def _answer(sandbox: Sandbox, request: Request, send: Send) -> None:
    try:
        body = await _read_body(request)
    except ClientDisconnect:
        return
    path = request.scope["path"]
    asked = messages.Request(request.method, path, request.headers, body)
    reply = await run_in_threadpool(sandbox.handle, asked)
    if reply.lost:
        await _lose(reply, request, send)
    elif reply.headers.get("Content-Type", "").startswith("text/event-stream"):
        events = (event + _EVENT_END for event in reply.body.split(_EVENT_END) if event)
        response: Response = StreamingResponse(_each(events), reply.status, reply.headers)
        await response(request.scope, request.receive, send)
    else:
        response = Response(reply.body, reply.status, reply.headers)
        await response(request.scope, request.receive, send)


async def _lose(reply: Reply, request: Request, send: Send) -> None:
    """Break the connection off, before the reply or in its middle."""
    if reply.lost is Lost.HALF:
        headers = {**reply.headers, "Content-Length": str(len(reply.body))}
        raw = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        half = reply.body[: len(reply.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
    _break_off(request, reply.lost)
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _each(events: Iterable[bytes]) -> AsyncIterator[bytes]:
    for event in events:
        yield event


async def _hold_session(sandbox: Sandbox, socket: WebSocket) -> None:
    """Hold a session until either side ends it."""
    session: Session | TaskSession | Reply
    path = socket.scope["path"]
    if path == REALTIME_PATH:
        model = socket.query_params.get("model", "")
        session = await run_in_threadpool(sandbox.connect, model, socket.headers)
    elif path.removesuffix("/") == TASKS_PATH:  # the vendor's own clients write it either way
        session = await run_in_threadpool(sandbox.connect_tasks, socket.headers)
    else:
        await _deny(socket, Response(status_code=404))
    if isinstance(session, Reply):
        await _deny(socket, Response(session.body, session.status, session.headers))
    await socket.accept()
    try:
        await _converse(session, socket)
    except WebSocketDisconnect:
        return
    except FileUnusable:
        await socket.close(_INTERNAL_ERROR)


async def _deny(socket: WebSocket, response: Response) -> NoReturn:
    """Refuse a handshake; uvicorn (0.54) reports one that ends in any other way as an error."""
    await socket.send_denial_response(response)
    raise ClientDisconnected


async def _converse(session: Session | TaskSession, socket: WebSocket) -> None:
    answer: Answer | TaskAnswer = session.open()
    while await _send_frames(answer, socket):
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        frame = message.get("text") or message.get("bytes") or ""
        answer = await run_in_threadpool(session.receive, frame)


async def _send_frames(answer: Answer | TaskAnswer, socket: WebSocket) -> bool:
    """Send what an answer holds; tells whether the session goes on."""
    for frame in answer.frames:
        await (socket.send_text(frame) if isinstance(frame, str) else socket.send_bytes(frame))
    if answer.is_dropped:
        _break_off(socket, Lost.HALF)
    elif answer.is_over:
        await socket.close()
    return not (answer.is_over or answer.is_dropped)


def _break_off(connection: HTTPConnection, lost: Lost | None) -> None:
    """End a connection without a farewell; what was sent arrives if half of it shall."""
    transport = connection.scope["state"][_TRANSPORT]
    if lost is Lost.HALF:
        transport.close()
    else:
        transport.abort()


async def _read_body(request: Request) -> bytes:
    """Read the body, but little more than the sandbox takes: it refuses what is longer."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            break
    return bytes(body)
