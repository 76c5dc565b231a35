"""Decide to which address the key may be sent."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from voiceops.errors import EndpointRefused

KNOWN_HOSTS = {
    "singapore": "dashscope-intl.aliyuncs.com",
    "beijing": "dashscope.aliyuncs.com",
}
# The hosts of a workspace, which the vendor recommends (pages of 2026-10-15 and 2026-10-21).
_WORKSPACE_HOSTS = {
    "singapore": "ap-southeast-1.maas.aliyuncs.com",
    "beijing": "cn-beijing.maas.aliyuncs.com",
}
API_PATH = "/api/v1"

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_WORKSPACE_HOST = re.compile(rf"(?:{_LABEL}\.)+maas\.aliyuncs\.com")
# All that a base URL may be; user info, query, fragment and escapes have no place in it.
_BASE_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])"
    r"(?P<port>:[0-9]{1,5})?"
    r"(?P<path>(?:/[a-z0-9._~-]+)*)/?",
    re.ASCII | re.IGNORECASE,
)
_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service answers: `base_url` ends in `/api/v1`, `name` is what people call it."""

    base_url: str
    name: str
    is_overridden: bool = False


def resolve_endpoint(
    endpoint: str, *, override: str | None, workspace: str | None = None
) -> Endpoint:
    """Find the address for an endpoint of the settings, unless the operator overrides it.

    A known name is the host of the workspace, if there is one that can be part of a host, else the
    host that all share; whoever wants that one in any case names it.

    The repository chooses among known names and hosts, which are compared to the letter. The
    operator, who holds the key, may name any host under `https`, and loopback under `http`; a
    blank override is none. Raises EndpointRefused for everything else.
    """
    if override and override.strip():
        return _read_override(override.strip())
    host = KNOWN_HOSTS.get(endpoint, endpoint)
    if endpoint in KNOWN_HOSTS and re.fullmatch(_LABEL, (workspace or "").lower()):
        host = f"{(workspace or '').lower()}.{_WORKSPACE_HOSTS[endpoint]}"
    if host not in KNOWN_HOSTS.values() and not _WORKSPACE_HOST.fullmatch(host):
        raise EndpointRefused(
            f"the key may not be sent to {endpoint!a}",
            hint=f"use {', '.join(KNOWN_HOSTS)}, or a host under maas.aliyuncs.com",
        )
    return Endpoint(f"https://{host}{API_PATH}", endpoint)


def sandbox_endpoint() -> Endpoint:
    """Give the address under which the sandbox in this process is reached."""
    return Endpoint(f"http://sandbox.invalid{API_PATH}", "sandbox")


def is_loopback(host: str) -> bool:
    """Tell whether a host, without brackets, is this machine: 127.0.0.0/8, ::1 or localhost."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address in _LOOPBACK or address == ipaddress.IPv6Address("::1")


def _read_override(override: str) -> Endpoint:
    match = _BASE_URL.fullmatch(override)
    if match is None:
        raise _refuse_override("is not a plain http or https URL")
    scheme, host, port = match["scheme"].lower(), match["host"].lower(), match["port"] or ""
    if host.startswith("[") and not _is_ipv6(host[1:-1]):
        raise _refuse_override("has no valid address in its brackets")
    if port and not 0 < int(port[1:]) < 65536:
        raise _refuse_override("has no valid port")
    if scheme == "http" and not is_loopback(host.strip("[]")):
        raise _refuse_override("would send the key unencrypted over the network")
    if not match["path"].endswith(API_PATH):
        raise _refuse_override(f"does not end in {API_PATH}")
    base_url = f"{scheme}://{host}{port}{match['path']}"
    return Endpoint(base_url, base_url, is_overridden=True)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _refuse_override(fault: str) -> EndpointRefused:
    """Refuse without repeating the value: it may hold a password."""
    return EndpointRefused(
        f"DASHSCOPE_HTTP_BASE_URL {fault}",
        hint="write it as https://HOST/api/v1; http is for 127.0.0.1, ::1 and localhost alone",
    )
