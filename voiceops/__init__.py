"""Voices as code: keep an account's designed voices in step with manifests in git."""

from voiceops.resolution import Resolved, resolve

__all__ = ["Resolved", "resolve"]
__version__ = "0.1.0"
