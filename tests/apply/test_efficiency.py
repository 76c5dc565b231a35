"""How near apply comes to the limit that latency, rate and workers set, on a clock of its own."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from efficiency import (
    LATENCIES_S,
    RATES,
    WORKERS,
    count_in_a_minute,
    find_limit,
    run_on_clock,
)

VOICES = 60


@pytest.mark.parametrize(
    ("latency_s", "rate", "workers"), list(product(LATENCIES_S, RATES, WORKERS))
)
def test_apply_is_as_fast_as_latency_rate_and_workers_let_it(
    tmp_path: Path, latency_s: float, rate: int, workers: int
) -> None:
    took_s, sent_s = run_on_clock(tmp_path, VOICES, latency_s, rate, workers)
    least = 0.93 if latency_s < 0.2 and workers == 10 else 0.97
    assert find_limit(VOICES, latency_s, rate, workers) / took_s >= least
    assert count_in_a_minute(sent_s) <= rate
