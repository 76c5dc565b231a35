"""`python tests/benchmarks --help`; run it from the development environment."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    tests = Path(__file__).parents[1]
    sys.path[1:1] = [str(tests), str(tests / "apply"), str(tests / "core")]  # as pytest has it
    from bench_main import run

    run()
