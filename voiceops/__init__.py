"""Voices as code: keep an account's designed voices in step with manifests in git."""

__version__ = "0.1.0"
