"""What all tests share: how hypothesis looks for examples, and what the end of a run tells."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import settings

# No deadline: speed is a matter of benchmarks. In CI the examples are the same for every run, so
# that a change is judged by what it does; on a desk they are new each time. `.ci/try` takes few.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("few", deadline=None, derandomize=True, max_examples=10)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was left out, and how to have it."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    if reasons:
        how = ", ".join(f"{reason} ({count})" for reason, count in sorted(reasons.items()))
        terminalreporter.write_line(f"Left out: {reasons.total():,} tests. To have them: {how}.")
