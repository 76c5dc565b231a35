"""Whom to trust over TLS."""

from __future__ import annotations

import os
import re
import ssl
from functools import cache
from pathlib import Path

from voiceops.errors import TrustUnusable

# How `openssl rehash` calls the certificates of a folder.
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
FILE_VARIABLE, FOLDER_VARIABLE = "SSL_CERT_FILE", "SSL_CERT_DIR"


def trust_for(scheme: str) -> ssl.SSLContext:
    """Give the context for an address; plain http and ws are spared the reading of certificates.

    Raises TrustUnusable if SSL_CERT_FILE or SSL_CERT_DIR names what cannot be used: OpenSSL itself
    passes that over without a word.
    """
    return _trust_system() if scheme in {"https", "wss"} else _trust_nobody()


def hint_trust() -> str:
    """Say what to do about a certificate of an authority that is not trusted."""
    file = os.environ.get(FILE_VARIABLE)
    if file:
        return f"add the authority that you trust to {file}, which {FILE_VARIABLE} names"
    return f"name a file with the authority that you trust in {FILE_VARIABLE}"


@cache
def _trust_system() -> ssl.SSLContext:
    """Trust whom the system trusts, or SSL_CERT_FILE and SSL_CERT_DIR say; made once, for all.

    A folder of certificates is looked up only when one is needed, while httpx's own default
    reads a whole bundle for each client.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    _load_named(context)
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or paths.capath or context.cert_store_stats()["x509_ca"]):
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _load_named(context: ssl.SSLContext) -> None:
    file = os.environ.get(FILE_VARIABLE)
    if file:
        try:
            context.load_verify_locations(file)
        except ssl.SSLError as error:
            raise _refuse(FILE_VARIABLE, file, "no certificate in it can be read") from error
        except OSError as error:
            raise _refuse(FILE_VARIABLE, file, error.strerror or "it cannot be read") from error
    folders = os.environ.get(FOLDER_VARIABLE)
    if folders:
        there = [Path(one) for one in folders.split(os.pathsep) if Path(one).is_dir()]
        if not there:
            raise _refuse(FOLDER_VARIABLE, folders, "there is no such folder")
        if not any(map(_has_certificates, there)):
            why = "no certificate in it has a name that OpenSSL looks for"
            raise _refuse(FOLDER_VARIABLE, folders, why)


def _has_certificates(folder: Path) -> bool:
    try:
        return any(_HASHED.fullmatch(path.name) for path in folder.iterdir())
    except OSError:
        return False


def _refuse(variable: str, value: str, why: str) -> TrustUnusable:
    return TrustUnusable(
        f"{variable} is {value}: {why[0].lower()}{why[1:]}",
        hint=f"name the certificates in PEM form that you trust, or unset {variable}",
    )


@cache
def _trust_nobody() -> ssl.SSLContext:
    """Give a context that nobody uses."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
