"""`voiceops say` and `voiceops resolve` as processes; in Python, `from voiceops import resolve`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest
from cli_process import Project, find_dependencies

from voiceops import Resolved, resolve
from voiceops.errors import FileUnusable, NameUnknown

REALTIME = "qwen3-tts-vd-realtime-2026-01-15"
HTTP = "qwen3-tts-vd-2026-01-26"
SANDBOX = ("--env", "sandbox")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Apply two voices, one for each protocol."""
    folder = tmp_path_factory.mktemp("say")
    project = Project(folder)
    project.manifest.parent.mkdir()
    voice = "language: en, voice_prompt: A calm man., preview_text: Hello."
    project.manifest.write_text(
        f"voices:\n  ann: {{{voice}, target_model: {HTTP}}}\n"
        f"  bob: {{{voice}, target_model: {REALTIME}}}\n",
        encoding="utf-8",
    )
    assert project.run("apply", *SANDBOX, "--yes").code == 0
    return project


def seconds(path: Path) -> float:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24000)
        return file.getnframes() / 24000


@pytest.mark.parametrize("name", ["ann", "bob"])
def test_a_text_is_said_and_its_use_noted(spoken: Project, name: str) -> None:
    ran = spoken.run("say", *SANDBOX, name, "Hello there. How are you?", "-o", f"{name}.wav")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(f"{name} said 2")
    assert ran.err.endswith(f" in {name}.wav.\n")
    assert seconds(spoken.folder / f"{name}.wav") > 0.5
    lock = json.loads(spoken.sandbox_lockfile.read_bytes())["voices"]
    assert len(lock[name]["last_used"]) == len("2026-11-23")
    assert spoken.run("plan", *SANDBOX, "--detailed-exitcode").code == 0


@pytest.mark.parametrize("name", ["ann", "bob"])
def test_a_long_text_is_said_whole(spoken: Project, name: str) -> None:
    text = "This is one of many sentences. " * 60
    (spoken.folder / "long.txt").write_text(text, encoding="utf-8")
    ran = spoken.run("say", *SANDBOX, name, "--text-file", "long.txt", "-o", "long.wav")
    assert ran.code == 0
    short = spoken.run("say", *SANDBOX, name, text[:30], "-o", "short.wav")
    assert short.code == 0
    assert seconds(spoken.folder / "long.wav") > 40 * seconds(spoken.folder / "short.wav")


def test_raw_samples_go_to_stdout(spoken: Project) -> None:
    process = spoken.start("say", *SANDBOX, "ann", "Hello.", "-o", "-")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(out) > 10_000
    assert len(out) % 2 == 0
    assert err.startswith(b"ann said 6 characters: ")


def test_it_is_played_by_what_is_installed(spoken: Project, tmp_path: Path) -> None:
    player = tmp_path / "aplay"
    player.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncat > {tmp_path}/played\n')
    player.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    ran = spoken.run("say", *SANDBOX, "bob", "Hello.", "--play", "-o", "p.wav", env={"PATH": path})
    assert ran.code == 0, ran.err
    assert (tmp_path / "asked").read_text() == "-q -t raw -f S16_LE -r 24000 -c 1\n"
    played = (tmp_path / "played").read_bytes()
    assert (spoken.folder / "p.wav").read_bytes().endswith(played)


REFUSED = (
    (("ann", "Hello."), 64, "the audio has nowhere to go"),
    (("ann", "-o", "x.wav"), 64, "say one text"),
    (("ann", "Hello.", "--text-file", "a", "-o", "x.wav"), 64, "say one text"),
    (("ann", " ", "-o", "x.wav"), 64, "there is nothing to say"),
    (("ann", "--text-file", "none.txt", "-o", "x.wav"), 1, "none.txt: cannot be read: No such"),
    (("ann", "Hello.", "-o", "no/where.wav"), 1, "where.wav: cannot be written: No such file"),
    (("Cherry", "Hello.", "-o", "x.wav"), 1, "'Cherry' is neither a name of the lockfile"),
    (
        ("qwen-tts-vd-eve-voice-20260101000000000-a1b2", "Hello.", "-o", "x.wav"),
        1,
        "the service has no voice qwen-tts-vd-eve-voice-",
    ),
    (
        ("ann", "Hello.", "-o", "x.wav", "--model", REALTIME),
        64,
        f"ann cannot speak with {REALTIME}: qwen-tts-vd-ann-voice-",
    ),
)


@pytest.mark.parametrize(("arguments", "code", "message"), REFUSED)
def test_what_cannot_be_said_is_refused_and_leaves_no_file(
    spoken: Project, arguments: tuple[str, ...], code: int, message: str
) -> None:
    ran = spoken.run("say", *SANDBOX, *arguments)
    assert ran.code == code, ran.err
    assert message in ran.err
    assert "x.wav" not in "".join(spoken.files())


def test_a_voice_that_vanished_leaves_no_file(spoken: Project) -> None:
    entry = json.loads(spoken.sandbox_lockfile.read_bytes())["voices"]["ann"]
    text = spoken.sandbox_lockfile.read_text(encoding="utf-8")
    try:
        gone = entry["voice"][:-4] + "ffff"
        spoken.sandbox_lockfile.write_text(text.replace(entry["voice"], gone), encoding="utf-8")
        ran = spoken.run("say", *SANDBOX, "ann", "Hello.", "-o", "x.wav")
    finally:
        spoken.sandbox_lockfile.write_text(text, encoding="utf-8")
    assert ran.code == 1
    assert "invalid_value" in ran.err
    assert "x.wav" not in "".join(spoken.files())


def test_names_are_resolved_for_people_shells_and_programs(spoken: Project) -> None:
    voices = {
        name: entry["voice"]
        for name, entry in json.loads(spoken.sandbox_lockfile.read_bytes())["voices"].items()
    }
    text = spoken.run("resolve", *SANDBOX)
    assert text.out == f"ann  {voices['ann']}  {HTTP}\nbob  {voices['bob']}  {REALTIME}\n"
    env = spoken.run("resolve", *SANDBOX, "bob", "--format", "env")
    assert env.out == f"VOICEOPS_VOICE_BOB={voices['bob']}\nVOICEOPS_MODEL_BOB={REALTIME}\n"
    document = spoken.run("resolve", *SANDBOX, "ann", "--format", "json").document
    described = {"name": "ann", "voice": voices["ann"], "target_model": HTTP, "language": "en"}
    assert document == {"ann": described}
    found = resolve("ann", lockfile=spoken.sandbox_lockfile)
    assert found == Resolved("ann", voices["ann"], HTTP, "en")


def test_what_cannot_be_resolved_is_an_error(spoken: Project, tmp_path: Path) -> None:
    ran = spoken.run("resolve", *SANDBOX, "anne")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "error: voiceops.sandbox.lock: no voice is locked under 'anne'\n  hint: did you mean ann?\n"
    )
    with pytest.raises(NameUnknown):
        resolve("anne", lockfile=spoken.sandbox_lockfile)
    with pytest.raises(FileUnusable):
        resolve("ann", lockfile=tmp_path / "voiceops.lock")


def test_an_application_loads_nothing_heavy_to_resolve(spoken: Project) -> None:
    script = (
        "import sys\nfrom voiceops import resolve\n"
        f"resolve('ann', lockfile={str(spoken.sandbox_lockfile)!r})\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert find_dependencies() & set(loaded.stdout.split()) == set()
