"""The same facts in the same order in each format: whole texts, and what they have in common."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from report_documents import documents, failure, findings, plan, report
from ruamel.yaml import YAML

from voiceops.core.plan import Action, Plan, Reason
from voiceops.core.result import Status
from voiceops.report import sentences
from voiceops.report.documents import Document
from voiceops.report.github import render_github
from voiceops.report.gitlab import render_gitlab
from voiceops.report.junit import render_junit
from voiceops.report.markdown import render_markdown
from voiceops.report.outlines import apply as apply_outline
from voiceops.report.outlines.document import make_outline
from voiceops.report.outlines.notes import Level, Outline
from voiceops.report.sarif import render_sarif
from voiceops.report.style import Style
from voiceops.report.text.document import render_text
from voiceops.version import __version__

MARKDOWN = Path(__file__).parent / "markdown"
CASES = sorted((Path(__file__).parents[1] / "core" / "cases").glob("*.yaml"))
ROW = re.compile(r"^\| (?!what)(.*?) \| (?:`(.*?)`)? \|", re.MULTILINE)


@pytest.mark.parametrize("kind", ["plan", "apply", "validate", "failure"])
def test_markdown_in_full(kind: str) -> None:
    text = (MARKDOWN / f"{kind}.md").read_text(encoding="utf-8")
    outline = make_outline(documents()[kind])
    assert render_markdown(outline) == text == render_github(outline).summary


def test_annotations_stand_on_the_lines_of_the_manifest() -> None:
    step = render_github(make_outline(plan(DRIFTED), folder="voices"))
    assert step.commands == (
        "::notice title=create lost,file=voices/manifests/voices.yaml,line=3,col=3::"
        "its voice is gone from the account"
        "%0Agone: qwen-tts-vd-lost-voice-20260301000000000-a1b2%0Avoice_prompt: A low voice."
        "%0Apreview_text: Hello.%0Alanguage: en%0Atarget_model: qwen3-tts-vd-2026-01-26\n"
        "::warning title=drift lost,file=voices/manifests/voices.yaml,line=3,col=3::"
        "qwen-tts-vd-lost-voice-20260301000000000-a1b2 is gone\n"
    )


DRIFTED = {
    "desired": {"lost": "low"},
    "locked": {"lost": {"spec": "low", "voice": "lost@20260301"}},
    "queried": {"lost@20260301": None},
    "options": {"accept_lost": ["lost"]},
}


def test_faults_are_annotated_and_encoded() -> None:
    assert render_github(make_outline(findings())).commands == (
        "::error title=fault,file=manifests/a.yaml,line=4,col=7::"
        "voice_prompt is empty%0Ahint: write a text\n"
        "::warning title=warning,file=manifests/a.yaml,line=9,col=3::unknown model\n"
    )
    assert render_github(make_outline(report())).commands.splitlines()[1] == (
        "::error title=failed%3A create sports::the service said no%0Ahint: ask"
    )


def test_of_more_annotations_than_github_shows_the_last_says_how_many() -> None:
    made = plan({"desired": {f"voice_{index:02}": f"v{index}" for index in range(12)}})
    lines = render_github(make_outline(made)).commands.splitlines()
    assert [line.partition(",")[0] for line in lines[:9]] == [
        f"::notice title=create voice_0{index}" for index in range(9)
    ]
    assert lines[9:] == ["::notice title=voiceops::and 3 more: see the summary of this step"]


_UNTOLD = "changes creates replaces deletes adopts price drift quota digest names voices"
NOTHING = dict.fromkeys(_UNTOLD.split(), "")


@pytest.mark.parametrize(
    ("kind", "outputs"),
    [
        (
            "plan",
            {
                "changes": "4",
                "creates": "1",
                "replaces": "1",
                "deletes": "1",
                "adopts": "0",
                "price": "0.4",
                "drift": "0",
                "quota": "6/3",
                "failure_reason": "ambiguous,quota",
                "digest": "5ef002f65188",
                "names": '["announcer", "doubtful", "gone", "weather"]',
                "voices": "",
            },
        ),
        (
            "drift",
            {
                "changes": "1",
                "creates": "1",
                "replaces": "0",
                "deletes": "0",
                "adopts": "0",
                "price": "0.2",
                "drift": "2",
                "quota": "4/1000",
                "failure_reason": "",
                "digest": "81face0280ac",
                "names": '["lost"]',
                "voices": "",
            },
        ),
        (
            "apply",
            {
                "changes": "1",
                "creates": "1",
                "replaces": "0",
                "deletes": "0",
                "adopts": "0",
                "price": "0.2",
                "drift": "",
                "quota": "5/1000",
                "failure_reason": "failed,unknown,stopped",
                "digest": "0123456789ab",
                "names": '["announcer"]',
                "voices": '{"announcer": "qwen-tts-vd-announcer-voice-20260301000000000-a1b2"}',
            },
        ),
        ("validate", {**NOTHING, "failure_reason": "fault"}),
        ("failure", {**NOTHING, "failure_reason": "AuthenticationFailed"}),
    ],
)
def test_outputs_of_a_step(kind: str, outputs: dict[str, str]) -> None:
    step = render_github(make_outline(documents()[kind]))
    assert read_outputs(step.outputs) == outputs


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("plan", '{"create": 2, "update": 0, "delete": 1}\n'),
        ("apply", '{"create": 1, "update": 0, "delete": 0}\n'),
        ("validate", '{"error": "Validate: 1 fault in 1 manifest"}\n'),
        ("failure", '{"error": "Failed: plan"}\n'),
    ],
)
def test_the_widget_counts_what_is_made_and_what_is_gone(kind: str, text: str) -> None:
    assert render_gitlab(make_outline(documents()[kind])) == text


VALIDATE_JUNIT = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="voiceops" tests="3" failures="1" errors="0" skipped="0">
  <testsuite name="validate" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="voiceops.validate" name="validate">
      <system-out>Validate: 1 fault in 1 manifest</system-out>
    </testcase>
  </testsuite>
  <testsuite name="Faults" tests="1" failures="1" errors="0" skipped="0">
    <testcase classname="voiceops.validate.faults" name="fault: voice_prompt is empty" \
file="manifests/a.yaml" line="4">
      <failure type="fault" message="voice_prompt is empty">manifests/a.yaml:4:7: \
voice_prompt is empty
hint: write a text</failure>
    </testcase>
  </testsuite>
  <testsuite name="Warnings" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="voiceops.validate.warnings" name="warning: unknown model" \
file="manifests/a.yaml" line="9">
      <system-out>unknown model</system-out>
    </testcase>
  </testsuite>
</testsuites>
"""


def test_junit_in_full() -> None:
    assert render_junit(make_outline(findings())) == VALIDATE_JUNIT


@pytest.mark.parametrize(
    ("kind", "failures", "skipped"),
    [
        ("plan", ["problem doubtful", "refused"], []),
        ("drift", ["drift kept", "drift lost"], []),
        ("apply", ["failed: create sports", "unknown: replace weather", "stopped"], ["gone"]),
        ("validate", ["fault"], []),
        ("failure", ["failed plan"], []),
    ],
)
def test_what_fails_in_junit(kind: str, failures: list[str], skipped: list[str]) -> None:
    root = ElementTree.fromstring(render_junit(make_outline(documents()[kind])))
    failed = [case.get("name", "") for case in root.iterfind(".//testcase[failure]")]
    assert [name.startswith(part) for name, part in zip(failed, failures, strict=True)] == [
        True for _ in failures
    ]
    passed_by = [case.get("name", "") for case in root.iterfind(".//testcase[skipped]")]
    assert [name.rpartition(" ")[2] for name in passed_by] == skipped


def test_sarif_in_full() -> None:
    assert json.loads(render_sarif(make_outline(findings(), folder="voices"))) == {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
        "sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "voiceops",
                        "version": __version__,
                        "rules": [{"id": "fault"}, {"id": "warning"}],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result("fault", 0, "error", "voice_prompt is empty\nhint: write a text", 4, 7),
                    _result("warning", 1, "warning", "unknown model", 9, 3),
                ],
            }
        ],
    }


def _result(
    rule: str, index: int, level: str, text: str, line: int, column: int
) -> dict[str, object]:
    return {
        "ruleId": rule,
        "ruleIndex": index,
        "level": level,
        "message": {"text": f"{rule}: {text}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "voices/manifests/a.yaml"},
                    "region": {"startLine": line, "startColumn": column},
                }
            }
        ],
    }


def test_sarif_has_findings_and_not_what_will_simply_be_done() -> None:
    run = json.loads(render_sarif(make_outline(documents()["plan"])))["runs"][0]
    assert [result["ruleId"] for result in run["results"]] == ["ambiguous", "quota"]
    nowhere = run["results"][1]["locations"][0]["physicalLocation"]
    assert nowhere["artifactLocation"] == {"uri": "voiceops.yaml"}


@pytest.mark.parametrize("kind", documents())
def test_sarif_is_as_the_schema_demands(kind: str) -> None:
    check_sarif(json.loads(render_sarif(make_outline(documents()[kind]))))


TEXTS = {
    "apply": """\
ok        created announcer  qwen-tts-vd-announcer-voice-20260301000000000-a1b2
warning: manifests/a.yaml:1:1: an old model
failed    create sports  the service said no
          hint: ask
unknown   replace weather  the reply was lost
not tried delete gone  qwen-tts-vd-gone-voice-20260301000000000-a1b2  a create failed

Listen to p/a.wav
Apply: 1 created, 1 failed, 1 unknown, 1 not tried. Spent about 0.2 USD, perhaps 0.2 USD more. \
The names are in voiceops.prod.lock.
""",
    "validate": """\
manifests/a.yaml:4:7: voice_prompt is empty
  hint: write a text
manifests/a.yaml:9:3: warning: unknown model
1 fault in 1 manifest.
""",
    "failure": """\
error: the service refused the key
  hint: check DASHSCOPE_API_KEY
plan failed with exit code 1.
""",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_text_in_full(kind: str) -> None:
    assert render_text(documents()[kind], Style()) == TEXTS[kind]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_plan_has_the_same_facts_in_the_same_order_in_each_format(path: Path) -> None:
    made = plan(YAML(typ="safe").load(path))
    _compare_formats(made)
    changes = [(change.action, change.name) for change in made.changes]
    assert titles(make_outline(made))[: len(changes)] == changes
    # What leaves and what comes is what the quota counts.
    widget = json.loads(render_gitlab(make_outline(made)))
    assert widget["create"] - widget["delete"] == made.quota.after - made.quota.now


@pytest.mark.parametrize("document", [report(), findings(), failure()])
def test_every_document_has_the_same_facts_in_the_same_order_in_each_format(
    document: Document,
) -> None:
    _compare_formats(document)


def test_every_action_reason_and_status_has_its_words() -> None:
    assert set(sentences.WHY) == set(Reason)
    assert set(sentences.DONE) == set(Action)
    assert set(apply_outline._WORDS) == set(apply_outline._LEVELS) == set(Status)


def _compare_formats(document: Document) -> None:
    outline = make_outline(document)
    expected = titles(outline)
    assert ROW.findall(render_markdown(outline)) == expected
    junit = ElementTree.fromstring(render_junit(outline))
    cases = [case.get("name", "") for case in junit.iterfind(".//testcase")][1:]
    notes = list(zip(cases, outline.notes, strict=True))
    assert all(case.startswith(note.title) for case, note in notes)
    if len(expected) <= 10:
        commands = render_github(outline).commands.splitlines()
        annotated = [re.split("title=(.*?)(?:,|::)", command)[1] for command in commands]
        assert annotated == [note.title.replace(":", "%3A") for note in outline.notes]
    check_sarif(json.loads(render_sarif(outline)))
    if isinstance(document, Plan):
        text = render_text(document, Style())
        assert all(name in text for _, name in expected)


def titles(outline: Outline) -> list[tuple[str, str]]:
    return [(note.verb, note.name) for note in outline.notes]


def read_outputs(text: str) -> dict[str, str]:
    """Read GITHUB_OUTPUT as the runner does: a name, a delimiter, lines up to the delimiter."""
    lines = iter(text.split("\n"))
    outputs = {}
    for line in lines:
        if not line:
            continue
        name, _, delimiter = line.partition("<<")
        assert delimiter
        outputs[name] = "\n".join(iter(lambda end=delimiter: _until(lines, end), None))
    return outputs


def _until(lines: Any, end: str) -> str | None:
    line = next(lines)
    return None if line == end else line


def check_sarif(log: Any) -> None:
    """Check what the schema of SARIF 2.1.0 demands, and what GitHub demands beyond it."""
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert isinstance(result["message"]["text"], str)
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert re.fullmatch(r"[A-Za-z0-9_.~%/-]+", physical["artifactLocation"]["uri"])
        assert min(physical["region"].values()) >= 1


def test_levels_are_those_of_github_and_sarif() -> None:
    assert [level.value for level in Level] == ["error", "warning", "notice"]
