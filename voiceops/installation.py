"""How this copy of voiceops was installed, and so how others install the same one."""

from __future__ import annotations

import json
import re
import shlex
from urllib.parse import unquote, urlsplit

from voiceops.version import __version__

# On the package index, `voiceops` is another product's name.
DISTRIBUTION = "voices-as-code"
# Addresses without a secret, which need no quoting inside single quotes, in a shell or in YAML.
_HTTPS = r"https://[A-Za-z0-9.-]+(?::[0-9]+)?/[A-Za-z0-9._~/@%+-]+"
_GIT = rf"git\+(?:{_HTTPS}|ssh://(?:[A-Za-z0-9._-]+@)?{_HTTPS.removeprefix('https://')})"
_PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[A-Za-z0-9,_-]+\])?"
    rf"(?:==[A-Za-z0-9.+!]+| @ {_GIT}@(?:[0-9a-f]{{40}}|[0-9a-f]{{64}})"
    rf"| @ {_HTTPS}#sha256=[0-9a-f]{{64}})"
)


def find_requirement(*, extra: str = "") -> str | None:
    """Give the pinned requirement with which anybody installs this very copy.

    None if this copy came from neither an index nor a git address: from a folder or a file, or
    from an address that would show a secret. Source: PEP 610, `direct_url.json`.
    """
    named = f"{DISTRIBUTION}[{extra}]" if extra else DISTRIBUTION
    match _read_origin():
        case {"url": str(url), "vcs_info": {"vcs": "git", "commit_id": str(commit)}}:
            requirement = f"{named} @ git+{url}@{commit}"
            return requirement if _PINNED.fullmatch(requirement) else None
        case None | {"url": _}:
            return None
        case _:
            return f"{named}=={__version__}"


def find_pin_misfit(requirement: str) -> str | None:
    """Tell why a pipeline may not install this, as the end of a sentence; None if it may."""
    found = _PINNED.fullmatch(requirement)
    if not found:
        return "is not pinned to a version, to a commit of a git address, or to a digest"
    if re.sub(r"[-_.]+", "-", found["name"]).lower() == "voiceops":
        return f"names another product; this one is called {DISTRIBUTION}"
    return None


def tell_extra(extra: str) -> str:
    """Write the command that adds an extra to this copy."""
    match _read_origin():
        case {"url": str(url)} if url.startswith("file://"):
            requirement = f"{unquote(urlsplit(url).path)}[{extra}]"
        case _:
            requirement = find_requirement(extra=extra) or f"{DISTRIBUTION}[{extra}]=={__version__}"
    return f"pip install {shlex.quote(requirement)}"


def find_rivals() -> list[str]:
    """Name the other distributions here that bring a command `voiceops`; sorted."""
    from importlib.metadata import entry_points

    scripts = entry_points(group="console_scripts", name="voiceops")
    named = {script.dist.name for script in scripts if script.dist}
    return sorted(named - {DISTRIBUTION})


def _read_origin() -> dict[str, object] | None:
    """Read where this copy came from; empty from the index, None if it is not installed."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        text = distribution(DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    origin = json.loads(text) if text else {}
    return origin if isinstance(origin, dict) else None
