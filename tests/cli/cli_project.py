"""What the tests of the command line start from."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

MANIFEST = """\
defaults:
  language: en
  target_model: qwen3-tts-vd-2026-01-26
  response_format: pcm
  sample_rate: 8000
voices:
  announcer:
    voice_prompt: A deep voice.
    preview_text: Hello.
  weather:
    voice_prompt: A brisk voice.
    preview_text: Hello.
"""

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]
