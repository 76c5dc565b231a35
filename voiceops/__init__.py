"""Voices as code: keep an account's designed voices in step with manifests in git."""

from typing import TYPE_CHECKING

from voiceops.version import __version__

if TYPE_CHECKING:
    from voiceops.workflows.resolve import Resolved, resolve

__all__ = ["Resolved", "__version__", "resolve"]


def __getattr__(name: str) -> object:
    """Import what applications use when they ask for it: the command line starts without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from voiceops.workflows import resolve as module

    return getattr(module, name)
