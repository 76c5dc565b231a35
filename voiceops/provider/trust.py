"""Whom to trust over TLS."""

from __future__ import annotations

import ssl
from functools import cache


def trust_for(scheme: str) -> ssl.SSLContext:
    """Give the context for an address; plain http and ws are spared the reading of certificates."""
    return _trust_system() if scheme in {"https", "wss"} else _trust_nobody()


@cache
def _trust_system() -> ssl.SSLContext:
    """Trust whom the system trusts, or SSL_CERT_FILE and SSL_CERT_DIR say; made once, for all.

    A folder of certificates is looked up only when one is needed, while httpx's own default
    reads a whole bundle for each client.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or paths.capath or context.cert_store_stats()["x509_ca"]):
        import certifi

        context.load_verify_locations(certifi.where())
    return context


@cache
def _trust_nobody() -> ssl.SSLContext:
    """Give a context that nobody uses."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
