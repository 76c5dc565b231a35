"""How near apply comes to its limit: all of a table on a virtual clock, two rows for real."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import product
from pathlib import Path

import bench_data
from bench_projects import environment_of, serving_sandbox
from bench_tools import KEPT, Tools, make_empty, set_up
from efficiency import (
    LATENCIES_S,
    RATES,
    WORKERS,
    count_in_a_minute,
    find_limit,
    run_on_clock,
)

VOICES = (1, 10, 100, 1000)
FAULTS = "behaviour: {{quota: 1000}}\nfaults:\n  - {{on: create, delay_s: {latency_s}}}\n"
# Latency, rate and workers of the rows that are run for real, and of how many voices.
REAL = ((1.0, 6000, 10, 100), (0.2, 180, 4, 90), (0.05, 6000, 10, 200))


@dataclass(frozen=True)
class Row:
    """One apply: the time from the first create's sending to the last one's reply.

    `limit_s` is the recurrence's, `least_s` that of a client that may begin with a burst;
    `most_in_a_minute` is the largest number of sendings within any 60 s.
    """

    voices: int
    latency_s: float
    rate: int
    workers: int
    took_s: float
    limit_s: float
    least_s: float
    most_in_a_minute: int


def make_row(cell: tuple[int, float, int, int], took_s: float, sent_s: list[float]) -> Row:
    return Row(*cell, took_s, find_limit(*cell), find_least(*cell), count_in_a_minute(sent_s))


def find_least(count: int, latency_s: float, rate: int, workers: int) -> float:
    """Give the time of a client that may begin with a burst of a tenth of a minute's requests.

    Requests before the first create, which took a little of the burst, are left out.
    """
    starts: list[float] = []
    due_at = 0.0
    burst = max(rate // 10, 1)
    for number in range(count):
        free_at = starts[number - workers] + latency_s if number >= workers else 0.0
        start = max(free_at, due_at - (burst - 1) * 60 / rate, *starts[-1:])
        due_at = max(due_at, start) + 60 / rate
        starts.append(start)
    return starts[-1] + latency_s


def run_virtual(most: int, tell: Callable[[str], None]) -> list[dict[str, float]]:
    """Run the real apply for every cell with so many voices at the most; no second is waited."""
    rows = []
    for count in (count for count in VOICES if count <= most):
        tell(f"apply of {count:,} voices on the virtual clock, {len(RATES) * 15} cells")
        for latency_s, rate, workers in product(LATENCIES_S, RATES, WORKERS):
            with tempfile.TemporaryDirectory() as folder:
                cell = (count, latency_s, rate, workers)
                row = make_row(cell, *run_on_clock(Path(folder), *cell))
            rows.append(asdict(row))
    return rows


def run_real(tools: Tools, tell: Callable[[str], None]) -> list[dict[str, float]]:
    """Run some rows against a sandbox that takes its time, by the clock on the wall."""
    rows = []
    for latency_s, rate, workers, count in REAL:
        tell(f"apply of {count} voices for real, {latency_s:g} s each, {rate} a minute")
        folder = make_empty(KEPT / "apply")
        project, served = folder / "project", folder / "served"
        bench_data.write_project(project, count)
        settings = f"version: 1\nrequests_per_minute: {rate}\n"
        (project / "voiceops.yaml").write_text(settings, encoding="utf-8")
        manifest = project / "manifests" / "part00000.yaml"
        shorter = "defaults:\n  response_format: pcm\n  sample_rate: 8000"
        text = manifest.read_text(encoding="utf-8").replace("defaults:", shorter)
        # The sandbox makes the sound of a preview while others wait: the less it says, the better.
        text = re.sub(r"(preview_text: ).*", r"\1Yes.", text)
        manifest.write_text(text, encoding="utf-8")
        served.mkdir()
        (served / "voiceops.yaml").write_text("version: 1\n", encoding="utf-8")
        faults = FAULTS.format(latency_s=latency_s)
        (served / "faults.yaml").write_text(faults, encoding="utf-8")
        with serving_sandbox(tools, served) as port:
            words = [tools.voiceops.tool("voiceops"), "apply", "--yes"]
            set_up([*words, "--parallelism", str(workers)], project, environment_of(port))
        sent, ended = read_times(project / ".voiceops" / "default" / "journal.jsonl")
        cell = (count, latency_s, rate, workers)
        rows.append(asdict(make_row(cell, ended[-1] - sent[0], sent)))
        shutil.rmtree(folder)
    return rows


def read_times(journal: Path) -> tuple[list[float], list[float]]:
    """Read from the journal when creates were sent, and when their results were in."""
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    times: dict[str, list[float]] = {"intent": [], "result": []}
    for line in lines:
        if line["kind"] in times:
            times[line["kind"]].append(datetime.fromisoformat(line["at"]).timestamp())
    return sorted(times["intent"]), sorted(times["result"])
