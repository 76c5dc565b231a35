"""The bugs to be seeded still fit the tree, so that the sweep of them can run."""

from __future__ import annotations

import pytest
from test_seeded_bugs import ROOT, Bug, read_bugs


@pytest.mark.parametrize("bug", read_bugs(), ids=lambda bug: bug.name)
def test_what_a_bug_changes_stands_once(bug: Bug) -> None:
    text = (ROOT / bug.file).read_text(encoding="utf-8")
    assert text.count(bug.before) == 1
    assert all((ROOT / path.partition("::")[0]).exists() for path in bug.tests)
