"""Projects of any number of voices, and the same number of whatever a peer looks after."""

from __future__ import annotations

import json
from pathlib import Path

MODEL = "qwen3-tts-vd-2026-01-26"
LANGUAGE = "en"
VOICES_A_FILE = 1000  # a manifest may have 1 MiB at the most
SETTINGS = "version: 1\nrequests_per_minute: 6000\nquota: {quota}\n"
ZONE = "bench.test."
# What bash asks for after `voiceops pl`.
COMPLETION = {"_VOICEOPS_COMPLETE": "bash_complete", "COMP_WORDS": "voiceops pl", "COMP_CWORD": "1"}


def write_project(folder: Path, count: int, *, voices_a_file: int = VOICES_A_FILE) -> None:
    """Write settings and manifests of so many voices, spread over files of so many each."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = SETTINGS.format(quota=max(count, 1000))
    (folder / "voiceops.yaml").write_text(settings, encoding="utf-8")
    (folder / "manifests").mkdir(exist_ok=True)
    for number, start in enumerate(range(0, count, voices_a_file)):
        names = range(start, min(start + voices_a_file, count))
        path = folder / "manifests" / f"part{number:05d}.yaml"
        path.write_text(write_manifest(names), encoding="utf-8")


def write_manifest(numbers: range) -> str:
    """Write one manifest; each voice says its four own lines, as people write them."""
    lines = ["defaults:", f"  target_model: {MODEL}", f"  language: {LANGUAGE}", "voices:"]
    for number in numbers:
        lines += [
            f"  {name_voice(number)}:",
            f"    voice_prompt: {describe_voice(number)}",
            f"    preview_text: {write_preview(number)}",
        ]
    return "\n".join(lines) + "\n"


def name_voice(number: int) -> str:
    """Name a voice, in the 16 characters that a name may have."""
    return f"voice{number:05d}"


def describe_voice(number: int) -> str:
    """Describe a voice in the length that descriptions have, no two alike."""
    return (
        "A composed middle-aged male announcer with a deep and rich voice and a steady pace; "
        f"suitable for documentaries, take {number}."
    )


def write_preview(number: int) -> str:
    """Write what a voice says in its preview."""
    return f"Good evening, and welcome to programme number {number} of tonight."


def write_zone(folder: Path, count: int) -> None:
    """Write a zone of so many addresses in one file, for octoDNS."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["---"]
    for number in range(count):
        lines += write_record(number)
    (folder / f"{ZONE}yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_split_zone(folder: Path, count: int) -> None:
    """Write the same zone with a file for each record, octoDNS's split form."""
    inner = folder / ZONE
    inner.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = "\n".join(["---", *write_record(number)]) + "\n"
        (inner / f"{name_voice(number)}.yaml").write_text(text, encoding="utf-8")


def write_record(number: int) -> list[str]:
    """Write one record in four lines."""
    return [f"{name_voice(number)}:", "  ttl: 300", "  type: A", f"  value: {address_of(number)}"]


def address_of(number: int) -> str:
    """Give the address that the record of a number has."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def write_blocks(folder: Path, count: int) -> None:
    """Write so many blocks of Terraform's own resource, which needs no provider from outside."""
    folder.mkdir(parents=True, exist_ok=True)
    blocks = []
    for number in range(count):
        values = write_input(number).items()
        lines = "".join(f"    {key} = {json.dumps(value)}\n" for key, value in values)
        head = f'resource "terraform_data" "{name_voice(number)}" {{\n'
        blocks.append(f"{head}  input = {{\n{lines}  }}\n}}\n")
    (folder / "main.tf").write_text("".join(blocks), encoding="utf-8")


def write_input(number: int) -> dict[str, str]:
    """Give a voice's spec as the input of a block."""
    return {
        "language": LANGUAGE,
        "preview_text": write_preview(number),
        "target_model": MODEL,
        "voice_prompt": describe_voice(number),
    }


def write_config_maps(folder: Path, count: int) -> None:
    """Write so many small objects of Kubernetes in one file."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = (
        "---\n"
        "apiVersion: v1\n"
        "kind: ConfigMap\n"
        f"metadata: {{name: {name_voice(number)}, namespace: default}}\n"
        "data:\n"
        f"  voice_prompt: {json.dumps(describe_voice(number))}\n"
        f"  preview_text: {json.dumps(write_preview(number))}\n"
        f"  language: {LANGUAGE}\n"
        f"  target_model: {MODEL}\n"
        for number in range(count)
    )
    (folder / "objects.yaml").write_text("".join(documents), encoding="utf-8")
