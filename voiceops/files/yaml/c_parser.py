"""The C parser of ruamel.yaml, without which no manifest is read."""

from __future__ import annotations

from voiceops.errors import FileUnusable

try:
    from _ruamel_yaml import CParser  # type: ignore[import-not-found]
except ImportError as error:
    raise FileUnusable(
        "YAML cannot be read: this Python lacks the C parser of ruamel.yaml",
        hint="add it: pip install ruamel.yaml.clib",
    ) from error

__all__ = ["CParser"]
