"""Which proxy leads to the service, by the variables that other tools read, too."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit
from urllib.request import getproxies

from voiceops.provider.transport.endpoints import is_loopback

_PORTS = {"https": 443, "http": 80}


def find_proxy(url: str) -> str | None:
    """Find the proxy in HTTPS_PROXY (HTTP_PROXY for http) or ALL_PROXY; None without one.

    This machine is reached without a proxy, and so is what NO_PROXY names: `*`, a host and what is
    below it (with or without a dot or `*.` in front), a host with its port, an address, or a
    network such as fd00::/8. An item of any other form names nothing, and is skipped.
    """
    address = urlsplit(url)
    host = address.hostname or ""
    proxies = getproxies()
    proxy = proxies.get(address.scheme) or proxies.get("all")
    if not proxy or is_loopback(host):
        return None
    port = address.port or _PORTS[address.scheme]
    for item in proxies.get("no", "").lower().split(","):
        name = item.strip()
        if name == "*" or _is_meant(host, name.removesuffix(f":{port}").strip("[]")):
            return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_meant(host: str, name: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
    except ValueError:
        domain = name.lstrip("*.")
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))
