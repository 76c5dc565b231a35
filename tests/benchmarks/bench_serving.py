"""Servers as processes of their own, for as long as something is measured against them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench_runs import BASE_ENV, BenchmarkFailed

GRACE_S = 10


@contextmanager
def serving(words: list[str], folder: Path, env: Mapping[str, str] | None = None) -> Iterator[int]:
    """Start a server that prints where it listens on its first line; gives its port."""
    process = subprocess.Popen(
        words,
        cwd=folder,
        env={**BASE_ENV, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    try:
        said = process.stdout.readline()
        match = re.search(r"(?:^|127\.0\.0\.1:)(\d+)", said)
        if match is None:
            raise BenchmarkFailed(f"{Path(words[0]).name} did not say where it listens")
        yield int(match[1])
    finally:
        process.terminate()
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
