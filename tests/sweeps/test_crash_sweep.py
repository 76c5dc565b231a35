"""A hundred thousand crashes of an apply, each with a second one in the apply that mends it.

`SWEEP_SEED=7 SWEEP_COUNT=100000 SWEEP_FIRST=0 pytest -m sweep -s tests/sweeps/test_crash_sweep.py`
A sweep that was stopped goes on with SWEEP_FIRST; a run that failed is repeated with its number
as SWEEP_FIRST and SWEEP_COUNT=1.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

SEED = int(os.environ.get("SWEEP_SEED", "1"))
FIRST = int(os.environ.get("SWEEP_FIRST", "0"))
COUNT = int(os.environ.get("SWEEP_COUNT", "100000"))
pytestmark = pytest.mark.sweep


def test_two_crashes_anywhere_are_mended() -> None:
    failed: list[str] = []
    workers = int(os.environ.get("SWEEP_WORKERS", "0")) or os.cpu_count() or 1
    threads = [
        threading.Thread(target=watch, args=(FIRST + number, workers, failed))
        for number in range(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write(f"\n{COUNT} runs with seed {SEED}, {len(failed)} lines of failures\n")
    assert not failed, "".join(failed)


def watch(first: int, step: int, failed: list[str]) -> None:
    """Run a worker and follow what it writes; a worker that breaks counts as failed, too."""
    script = Path(__file__).with_name("crash_runs.py")
    numbers = [str(number) for number in (SEED, first, FIRST + COUNT, step)]
    command = [sys.executable, str(script), *numbers]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as worker:
        assert worker.stdout is not None
        for line in worker.stdout:
            if line.startswith("DONE"):
                sys.stdout.write(f"\rrun {line.split()[1]} of {FIRST + COUNT}, seed {SEED} ")
                sys.stdout.flush()
            else:
                failed.append(line)
                sys.stdout.write(line)
    if worker.returncode:
        failed.append(f"the worker from run {first} left with {worker.returncode}\n")
