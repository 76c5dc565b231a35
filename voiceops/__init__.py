"""Voices as code: keep an account's designed voices in step with manifests in git."""

from voiceops.resolution import Resolved, resolve
from voiceops.version import __version__

__all__ = ["Resolved", "__version__", "resolve"]
