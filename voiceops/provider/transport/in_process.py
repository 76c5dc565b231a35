"""Reach a service that runs in this process as if it were behind a socket."""

from __future__ import annotations

import httpx

from voiceops.provider.transport.exchange import Handler


class InProcess(httpx.BaseTransport):
    """Hands each request to a plain function and wraps what it returns; sends nothing."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the handler; the path goes without its query, which our requests do not have."""
        status, headers, body = self._handler(
            request.method, request.url.path, request.headers, request.read()
        )
        return httpx.Response(
            status, headers=dict(headers), stream=httpx.ByteStream(body), request=request
        )
