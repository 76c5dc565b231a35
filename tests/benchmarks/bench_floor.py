"""The least that a plan costs in Python: read the YAML, list the voices, compare; no checks.

`python bench_floor.py PORT` in the project's folder; exits 0 if nothing differs.
"""

from __future__ import annotations

import http.client
import json
import sys
from pathlib import Path

import yaml

PATH = "/api/v1/services/audio/tts/customization"
HEADERS = {"Authorization": "Bearer sk-x", "Content-Type": "application/json"}
PAGE_SIZE = 100
FIELDS = ("voice_prompt", "preview_text", "language", "target_model")


def read_declared():
    """Read the manifests with the fastest loader that there is."""
    declared = {}
    for path in sorted(Path("manifests").iterdir()):
        document = yaml.load(path.read_bytes(), yaml.CSafeLoader)
        for name, voice in document["voices"].items():
            declared[name] = document["defaults"] | voice
    return declared


def list_voices(port):
    """List the account on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    voices = []
    total = 1
    while len(voices) < total:
        asked = {"action": "list", "page_size": PAGE_SIZE, "page_index": len(voices) // PAGE_SIZE}
        body = json.dumps({"model": "qwen-voice-design", "input": asked})
        connection.request("POST", PATH, body, HEADERS)
        output = json.loads(connection.getresponse().read())["output"]
        voices += output["voice_list"]
        total = output["total_count"]
    return voices


def main(port):
    declared = read_declared()
    live = {voice["voice"].split("-")[3]: voice for voice in list_voices(port)}
    lock = json.loads(Path("voiceops.lock").read_bytes())["voices"]
    differ = [
        name
        for name, voice in declared.items()
        if lock[name]["voice"] != live[name]["voice"]
        or any(voice[field] != live[name][field] for field in FIELDS)
    ]
    sys.stdout.write(f"{len(declared)} voices, {len(differ)} differ\n")
    return 1 if differ or len(live) != len(declared) else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
