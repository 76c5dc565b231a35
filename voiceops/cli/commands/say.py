"""`voiceops say`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voiceops.cli.completion import suggest_locked
from voiceops.cli.options import Global, global_options
from voiceops.errors import ExitCode, FileUnusable, UsageFault
from voiceops.report.terminal import show

if TYPE_CHECKING:
    from voiceops.cli.sound import Sink
    from voiceops.provider.speech.pieces import Piece

STDIO = "-"
MAX_TEXT_BYTES = 1024 * 1024
_CLEAR_LINE = "\r\x1b[2K"


@click.command("say")
@click.argument("voice", metavar="NAME|VOICE", shell_complete=suggest_locked)
@click.argument("text", required=False)
@click.option("--text-file", metavar="FILE", help="Say what is in this file; - is stdin.")
@click.option("-o", "output", metavar="FILE", help="Write a WAV file; - writes raw PCM to stdout.")
@click.option("--play", is_flag=True, help="Play it.")
@click.option("--model", metavar="MODEL", help="Refuse a voice that was made for another model.")
@global_options
def command(  # noqa: PLR0913 - one parameter an option, each by name
    said: Global,
    *,
    voice: str,
    text: str | None,
    text_file: str | None,
    output: str | None,
    play: bool,
    model: str | None,
) -> int:
    """Say TEXT with a voice of the lockfile, and note the day on which it was used.

    The audio is 24 kHz, mono, 16 bit, and is written as it comes. Speech is billed by the
    character. Nothing is sent twice; a failure leaves no file.
    """
    from voiceops.cli.sound import open_file
    from voiceops.cli.workspace import open_speech
    from voiceops.workflows.say import find_speaker, note_use, say

    if output is None and not play:
        raise UsageFault("the audio has nowhere to go", hint="add -o FILE, or --play")
    words = _read_text(text, text_file)
    with open_speech(said) as speech, ExitStack() as stack:
        speaker = find_speaker(speech.workspace, voice, model=model)
        path = said.folder / output if output and output != STDIO else None
        file = open_file(path, effects=speech.access.effects) if path else None
        sinks = _open_sinks(stack, file, to_stdout=output == STDIO, play=play)
        count = Count(is_live=sys.stderr.isatty() and output != STDIO)
        pieces = say(speaker, words, speech.access, dial=speech.dial)
        for piece in count.follow(pieces):
            for sink in sinks:
                sink(piece.audio)
        stack.close()  # the file is there, and the player has ended, before anything is claimed
        why_not = note_use(speech.workspace, speaker)
    where = f" in {show(output)}" if output and output != STDIO else ""
    click.echo(f"{speaker.name or speaker.voice_id} said {count}{where}.", err=True)
    if why_not:
        click.echo(f"warning: the use was not noted: {show(why_not)}", err=True)
    return ExitCode.DONE


@dataclass
class Count:
    """Counts what comes, and shows it on a terminal while it does."""

    is_live: bool
    audio_bytes: int = 0
    characters: int = 0
    first_s: float = 0
    all_s: float = 0
    _started: float = field(default_factory=time.monotonic)

    def follow(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """Pass pieces on."""
        try:
            for piece in pieces:
                self.all_s = time.monotonic() - self._started
                if piece.audio and not self.audio_bytes:
                    self.first_s = self.all_s
                self.audio_bytes += len(piece.audio)
                self.characters += piece.characters
                self._show(f"{_CLEAR_LINE}received {self._seconds:.1f} s of audio")
                yield piece
        finally:
            self._show(_CLEAR_LINE)

    def __str__(self) -> str:
        characters = f"{self.characters:,} character{'' if self.characters == 1 else 's'}"
        times = f"first sound after {self.first_s:.2f} s, all after {self.all_s:.2f} s"
        return f"{characters}: {self._seconds:.1f} s of audio ({times})"

    @property
    def _seconds(self) -> float:
        from voiceops.provider.speech.pieces import BYTES_A_SECOND

        return self.audio_bytes / BYTES_A_SECOND

    def _show(self, text: str) -> None:
        if self.is_live:
            click.echo(text, err=True, nl=False, color=True)


def _read_text(text: str | None, path: str | None) -> str:
    if (text is None) == (path is None):
        raise UsageFault("say one text", hint="write it in quotes, or name a file with --text-file")
    if path is not None:
        text = _read_file(path)
    if not text or not text.strip():
        raise UsageFault("there is nothing to say", hint="the text is empty")
    return text


def _read_file(path: str) -> str:
    try:
        if path == STDIO:
            data = sys.stdin.buffer.read(MAX_TEXT_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        raise FileUnusable(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > MAX_TEXT_BYTES:
        raise FileUnusable(f"{path}: at most {MAX_TEXT_BYTES:,} bytes of text are read")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnusable(f"{path}: is not UTF-8", hint="save it as UTF-8") from error


def _open_sinks(
    stack: ExitStack,
    file: AbstractContextManager[Sink] | None,
    *,
    to_stdout: bool,
    play: bool,
) -> list[Sink]:
    from voiceops.cli.sound import open_player, open_stdout

    sinks = []
    if to_stdout:
        sinks.append(stack.enter_context(open_stdout()))
    if file:
        sinks.append(stack.enter_context(file))
    if play:
        sinks.append(stack.enter_context(open_player()))
    return sinks
