"""SARIF and JUnit as others read them: Microsoft's validator, and an independent parser."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from installed import install_modules, install_programs
from report_documents import documents

from voiceops.report.junit import render_junit
from voiceops.report.outlines.document import make_outline
from voiceops.report.sarif import render_sarif

MULTITOOL = {"@microsoft/sarif-multitool-linux": "5.7.0"}
# SARIF1… and JSON1… are violations of the standard, SARIF2… is advice: on a page to name, on size.
ADVICE = "SARIF2"
READ_JUNIT = """\
import sys
from junitparser import JUnitXml
read = JUnitXml.fromfile(sys.argv[1])
read.update_statistics()
print(read.tests, read.failures, read.errors)
"""


@pytest.mark.parametrize("kind", documents())
def test_microsofts_validator_finds_nothing(tmp_path: Path, kind: str) -> None:
    (tmp_path / "log.sarif").write_text(render_sarif(make_outline(documents()[kind])))
    assert find_sarif_faults(tmp_path) == set()


def test_microsofts_validator_would_find_something(tmp_path: Path) -> None:
    log = json.loads(render_sarif(make_outline(documents()["validate"])))
    log["runs"][0]["results"] = [{"ruleId": 1}]
    (tmp_path / "log.sarif").write_text(json.dumps(log))
    assert find_sarif_faults(tmp_path)


def find_sarif_faults(folder: Path) -> set[str]:
    package = install_modules(MULTITOOL) / "node_modules" / "@microsoft" / "sarif-multitool-linux"
    report = folder / "report.sarif"
    subprocess.run(
        [package / "Sarif.Multitool", "validate", "log.sarif", "--output", report],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    (run,) = json.loads(report.read_text(encoding="utf-8-sig"))["runs"]
    rules = {result["ruleId"] for result in run["results"]}
    return {rule for rule in rules if not rule.startswith(ADVICE)}


@pytest.mark.parametrize("kind", documents())
def test_an_independent_parser_counts_the_same(tmp_path: Path, kind: str) -> None:
    outline = make_outline(documents()[kind])
    text = render_junit(outline)
    (tmp_path / "junit.xml").write_text(text)
    python = install_programs("junitparser==5.0.3") / "python"
    ended = subprocess.run(
        [python, "-c", READ_JUNIT, tmp_path / "junit.xml"], capture_output=True, check=True
    )
    tests, failures, errors = map(int, ended.stdout.split())
    assert tests == text.count("<testcase ")
    assert failures == text.count("<failure ")
    assert errors == text.count("<error ")
