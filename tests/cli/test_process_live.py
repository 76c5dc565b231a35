"""The contract tests for the service itself are run against the sandbox, so that they are ready."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from test_process_sandbox import serving

KEY = "sk-live-0000000000000000000000000000"
ROOT = Path(__file__).parents[2]


def run_live(tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DASHSCOPE")}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-m",
            "live",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/live",
        ],
        cwd=ROOT,
        env={**kept, "LIVE_FOLDER": str(tmp_path), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contract_holds_for_the_sandbox(tmp_path: Path) -> None:
    with serving(tmp_path, f"behaviour: {{api_key: {KEY}}}\n") as client:
        base_url = str(client.base_url).rstrip("/")
        ran = run_live(
            tmp_path,
            DASHSCOPE_API_KEY=KEY,
            DASHSCOPE_HTTP_BASE_URL=base_url,
        )
    assert ran.returncode == 0, ran.stdout
    findings = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert findings["digits of the stamp"] == 17
    assert findings["delete twice"].startswith("400 VoiceNotFound")
    cassette = (tmp_path / "cassettes" / "contract.yaml").read_text(encoding="utf-8")
    assert KEY not in cassette


def test_without_a_key_nothing_seems_to_pass(tmp_path: Path) -> None:
    ran = run_live(tmp_path)
    assert (ran.returncode, "passed" in ran.stdout) == (5, False)
