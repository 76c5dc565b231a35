"""Where audio goes as it comes: into a file, to stdout, to a player."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from voiceops.effects import Effects
from voiceops.errors import FileUnusable, VoiceopsError
from voiceops.provider.speech.pieces import SAMPLE_RATE_HZ

# Players that take raw samples on stdin, and how they are told what these are.
PLAYERS = (
    ("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-r", str(SAMPLE_RATE_HZ), "-c", "1"),
    ("paplay", "--raw", "--format=s16le", f"--rate={SAMPLE_RATE_HZ}", "--channels=1"),
    (
        *("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
        *("-f", "s16le", "-ar", str(SAMPLE_RATE_HZ), "-i", "-"),
    ),
    (
        *("play", "-q", "-t", "raw", "-r", str(SAMPLE_RATE_HZ)),
        *("-e", "signed", "-b", "16", "-c", "1", "-"),
    ),
)


# Takes raw samples: 24 kHz, mono, 16 bit little-endian.
Sink = Callable[[bytes], object]


@contextmanager
def open_file(path: Path, *, effects: Effects) -> Iterator[Sink]:
    """Write a WAV file, which appears under its name only when it is whole.

    If the block raises, nothing is left. Raises FileUnusable.
    """
    try:
        target = effects.locate(path)
        if target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        part = target.with_name(f".{target.name}.{effects.token()}.tmp")
        with part.open("xb") as stream, _removing(part):
            with wave.open(stream, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(SAMPLE_RATE_HZ)
                yield file.writeframesraw
            stream.close()
            part.replace(target)
    except OSError as error:
        raise FileUnusable(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def _removing(part: Path) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def open_stdout() -> Iterator[Sink]:
    """Write raw samples to stdout, each as it comes."""
    yield partial(_push, sys.stdout.buffer)


@contextmanager
def open_player() -> Iterator[Sink]:
    """Play through the first player that is installed; raises VoiceopsError if there is none."""
    command = next((player for player in PLAYERS if shutil.which(player[0])), None)
    if command is None:
        names = ", ".join(player[0] for player in PLAYERS)
        raise VoiceopsError(
            "there is no player on this machine", hint=f"install one of {names}, or use -o FILE"
        )
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        if process.stdin is None:
            raise ValueError("a pipe was asked for")
        try:
            yield partial(_push, process.stdin)
            process.stdin.close()
        except BrokenPipeError:
            process.kill()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise VoiceopsError(f"{command[0]} could not play it: it left with {process.returncode}")


def _push(stream: IO[bytes], audio: bytes) -> None:
    stream.write(audio)
    stream.flush()
