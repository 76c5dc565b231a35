"""Post JSON over HTTP: once, within limits, and say how far it got when it fails."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from voiceops.effects import Effects
from voiceops.errors import Unreachable
from voiceops.provider.quote import quote_text
from voiceops.provider.transport.exchange import Call, Handler, ReplyLost, WireReply
from voiceops.provider.transport.proxy import find_proxy
from voiceops.provider.transport.trust import hint_trust, trust_for

if TYPE_CHECKING:
    from voiceops.provider.transport.connection import Line


class Http:
    """Posts JSON to one URL, from as many threads as there are.

    A fresh call has a connection of its own; the others take turns on kept ones. Redirects are
    not followed, nothing is sent twice. With a `handler` no socket is used at all.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        effects: Effects,
        handler: Handler | None = None,
    ) -> None:
        self._url = url
        self._headers = headers
        self._effects = effects
        self._handler = handler
        self._idle: deque[Line] = deque()
        self._is_closed = False

    def post(self, call: Call) -> WireReply:
        """Send one request and take its reply, whatever its status.

        Raises Unreachable if no byte of the request was sent, ReplyLost if that is not certain,
        and ProtocolViolated if the reply is larger than the limit.
        """
        import httpx

        content = json.dumps(call.document).encode()
        line = self._take_line(call)
        is_reusable = False
        try:
            reply = self._effects.exchange(lambda: line.post(content, call))
            is_reusable = not call.is_fresh
        except (httpx.RequestError, OSError) as error:
            if line.is_untouched_after(error):
                why = str(error)
                if line.is_at_proxy:
                    why = f"the proxy opened no tunnel: {why or type(error).__name__}"
                elif line.proxy and not line.is_connected:
                    why = f"the proxy is not reached: {why or type(error).__name__}"
                raise self._not_sent(call, why) from error
            is_late = line.is_late or isinstance(error, httpx.TimeoutException)
            raise _lose(call, is_late=is_late) from error
        finally:
            self._give_back(line, is_reusable=is_reusable)
        return reply

    def close(self) -> None:
        """Close what is idle; what is under way closes itself."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    def _take_line(self, call: Call) -> Line:
        if not call.is_fresh:
            try:
                return self._idle.pop()
            except IndexError:
                pass
        return self._open_line(call)

    def _open_line(self, call: Call) -> Line:
        import httpx

        from voiceops.provider.transport.connection import Line

        address = urlsplit(self._url)
        try:
            return Line(
                self._url,
                self._headers,
                ssl_context=trust_for(address.scheme),
                proxy=None if self._handler else find_proxy(self._url),
                handler=self._handler,
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            # The proxy comes from the environment, and httpx may not like it.
            why = "the proxy in HTTPS_PROXY or ALL_PROXY cannot be used"
            raise self._not_sent(call, why) from error

    def _give_back(self, line: Line, *, is_reusable: bool) -> None:
        if is_reusable and not self._is_closed:
            self._idle.append(line)
        else:
            line.close()

    def _not_sent(self, call: Call, why: str) -> Unreachable:
        host = urlsplit(self._url).netloc
        hint = "check the network, the endpoint and the proxy settings; nothing was sent"
        if "CERTIFICATE_VERIFY_FAILED" in why:
            hint = f"{hint_trust()}; nothing was sent"
        return Unreachable(
            f"{call.label}: cannot reach {host}: {quote_text(why) or 'no connection'}", hint=hint
        )


def _lose(call: Call, *, is_late: bool) -> ReplyLost:
    if is_late:
        return ReplyLost(f"{call.label}: no whole reply within {call.time_limit_s:g} s")
    return ReplyLost(f"{call.label}: the connection broke before the reply was whole")
