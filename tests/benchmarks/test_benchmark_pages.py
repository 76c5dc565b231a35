"""What the page says is what was measured: bounds are judged, and nothing absent is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_apply import find_least
from bench_page import BEGIN, END, fill_page, write_results
from bench_plot import draw
from bench_results import Results
from bench_runs import Run, Spread, compare
from bench_targets import judge
from efficiency import find_limit

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "performance.md"


def make_results(folder: Path, sizes: dict[int, dict[str, float]]) -> Results:
    """Keep two runs of each tool, of so many seconds, for each size."""
    results = Results(folder / "performance.json")
    for size, seconds in sizes.items():
        runs = {name: [Run(time, time, 40.0)] * 2 for name, time in seconds.items()}
        content = {"runs": runs, "absent": {"kubectl": "pip found\nnothing"}, "versions": {}}
        results.put(f"plan {size}", content, root=folder)
    return Results(folder / "performance.json")


def test_a_ratio_is_of_runs_in_the_same_round() -> None:
    ours = [Run(1.0, 1.0, 1.0), Run(4.0, 1.0, 1.0), Run(3.0, 1.0, 1.0)]
    theirs = [Run(2.0, 1.0, 1.0), Run(4.0, 1.0, 1.0), Run(1.0, 1.0, 1.0)]
    assert compare(ours, theirs, "wall_s") == Spread(0.5, 1.0, 3.0)


@pytest.mark.parametrize(("seconds", "is_met"), [(0.5, True), (0.51, False)])
def test_a_target_is_met_up_to_its_bound(tmp_path: Path, seconds: float, is_met: bool) -> None:
    results = make_results(tmp_path, {1000: {"voiceops": seconds, "octoDNS": 1.0}})
    verdicts = {verdict.wanted: verdict.is_met for verdict in judge(results)}
    assert verdicts["`plan`, 1,000 voices, <= 0.5 x octoDNS"] is is_met


def test_growth_is_judged_without_start_up(tmp_path: Path) -> None:
    times = {10: 0.1, 1000: 0.1 + 0.2, 10_000: 0.1 + 2.0 * 10_000 / 9_990}
    results = make_results(tmp_path, {size: {"voiceops": time} for size, time in times.items()})
    verdicts = [verdict for verdict in judge(results) if "start-up left out" in verdict.wanted]
    assert [verdict.reached[:4] for verdict in verdicts] == ["0.20", "0.20", "1.00"]
    assert all(verdict.is_met for verdict in verdicts)


def test_a_peer_that_is_absent_is_reported_with_the_reason(tmp_path: Path) -> None:
    written = write_results(make_results(tmp_path, {100: {"voiceops": 0.3, "R": 0.1}}))
    assert "| 100 | kubectl | absent: pip found nothing | | | |" in written
    assert "| kubectl | absent |" in written


def test_the_prose_around_the_results_stays(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    results = make_results(tmp_path, {100: {"voiceops": 0.3}})
    for _ in range(2):
        fill_page(page, results)
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"before\n{BEGIN}\n")
        assert text.endswith(f"{END}\nafter\n")
        assert "old" not in text


def test_the_plot_draws_a_line_for_each_tool_that_was_measured(tmp_path: Path) -> None:
    sizes = {10: {"voiceops": 0.2, "R": 0.05}, 100: {"voiceops": 0.3, "R": 0.07}}
    picture = draw(make_results(tmp_path, sizes))
    assert picture.count("<polyline") == 2
    assert "<title>voiceops, 100: 0.30 s</title>" in picture
    assert "kubectl" not in picture


def test_the_page_shows_what_the_data_say() -> None:
    """Whoever measures again writes both; nobody edits the results by hand."""
    text = PAGE.read_text(encoding="utf-8")
    held = text.partition(f"{BEGIN}\n")[2].partition(f"\n{END}")[0]
    assert held == write_results(Results(PAGE.with_suffix(".json")))
    assert draw(Results(PAGE.with_suffix(".json"))) == PAGE.with_suffix(".svg").read_text("utf-8")


def test_the_limit_is_what_worker_and_rate_leave() -> None:
    assert find_limit(3, 1.0, 60, 1) == 3.0  # one after the other
    assert find_limit(3, 1.0, 60, 10) == 3.0  # one a second, and the last one's second
    assert find_limit(20, 1.0, 6000, 10) == pytest.approx(2.09)
    assert find_least(20, 1.0, 6000, 10) == 2.0  # both waves at once
    assert find_least(7, 0.0, 60, 10) == 1.0  # six at once, and one a second later
