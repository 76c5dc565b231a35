"""Text of others never breaks out: not of a cell, a tag, a string, a command or a line."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_documents import documents, rewrite
from test_report_formats import check_sarif, read_outputs

from voiceops.core.findings import Findings
from voiceops.errors import Fault, Place
from voiceops.report.github import render_github
from voiceops.report.gitlab import render_gitlab
from voiceops.report.junit import render_junit
from voiceops.report.markdown import code, prose, render_markdown
from voiceops.report.outlines.document import make_outline
from voiceops.report.sarif import render_sarif
from voiceops.report.style import Style
from voiceops.report.terminal import show
from voiceops.report.text.document import render_text

PIECES = (
    *("|", "\\|", "`", "``", "```", "\\", "\n", "\r", "\r\n", "\t", "\v", "\x85", "\u2028"),
    *("::error::pwned", "::set-output name=x::y", "##[error]x", "%0A", "%", ":", ",", "=", "::"),
    *("[x](https://e.example)", "![x](y)", "<img src=x onerror=x>", "<!--", "-->", "</details>"),
    *("@org/team", "#1", "GH-1", "https://e.example", "www.e.example", "$x$", ":+1:", "~~"),
    *("]]>", "&amp;", "&", '"', "'", "<", ">", "\ufffe", "\uffff", "\x00", "\x1b[31m", "\u202e"),
    *(
        "{0}",
        "{{",
        "}",
        "end-",
        "EOF",
        "- ",
        "# ",
        "1. ",
        "---",
        "a word",
        "沉稳",
        "é",
        "😀",
        "\ud800",
    ),
)
PARTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12)
HOSTILE = PARTS.map("".join).filter(bool)
KINDS = st.sampled_from(sorted(documents()))
OUR_LINES = re.compile(
    r"### [A-Z][a-z ]+: .*|#### [A-Z][A-Za-z ()]+|- [A-Z][a-z ]+: .*|\|.*\||",
)
CODE = re.compile(r"(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)")
COMMAND = re.compile(
    r"::(error|warning|notice) title=[^:,\s][^:,\n\r]*"
    r"(,file=[^:,\n\r]*,line=\d+,col=\d+)?::[^\n\r]*"
)


@given(KINDS, HOSTILE)
def test_markdown_keeps_its_lines_and_its_cells(kind: str, text: str) -> None:
    plain = render_markdown(make_outline(rewrite(documents()[kind], "x")))
    shown = render_markdown(make_outline(rewrite(documents()[kind], text)))
    assert [line[:2] for line in shown.split("\n")] == [line[:2] for line in plain.split("\n")]
    assert all(OUR_LINES.fullmatch(line) for line in shown.split("\n"))
    assert [*shown.splitlines(), ""] == shown.split("\n")
    assert shown.count("|") == plain.count("|")


@given(KINDS, HOSTILE)
def test_outside_of_code_markdown_has_but_our_own_words(kind: str, text: str) -> None:
    """What is no code span is letters, digits, and our own punctuation."""
    shown = render_markdown(make_outline(rewrite(documents()[kind], text)))
    for line in shown.split("\n"):
        outside = CODE.sub("", line.removeprefix("#### ").removeprefix("### "))
        assert re.fullmatch(r"([\w ,;:()=|-]|(?<=\d)\.(?=\d)|<br>)*", outside, re.ASCII), outside
        assert "www" not in outside
        assert "--" not in outside.replace("|---|---|---|---|", "")


@given(HOSTILE | st.text())
def test_code_shows_what_it_is_given(text: str) -> None:
    span = code(text)
    fence = re.match("`+", span)
    assert fence is not None
    assert CODE.fullmatch(span)
    assert "|" not in span
    assert prose(text) in {span, text}


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("it is new", "it is new"),
        ("2 x 0.2 = 0.4 USD (an estimate)", "2 x 0.2 = 0.4 USD (an estimate)"),
        ("a, b; c: d", "a, b; c: d"),
        ("", "` `"),
        ("a|b", "`a\\x7cb`"),
        ("a`b", "`` a`b ``"),
        ("```", "```` ``` ````"),
        ("a\nb", "`a\\nb`"),
        ("@team", "`@team`"),
        ("e.example", "`e.example`"),
        ("#1", "`#1`"),
        ("GH-1", "`GH-1`"),
        ("\u202eabc", "`\\u202eabc`"),
        ("<b>", "`<b>`"),
    ],
)
def test_markdown_of_a_text(text: str, encoded: str) -> None:
    assert prose(text) == encoded


@given(KINDS, HOSTILE)
def test_every_line_of_stdout_is_one_of_our_commands(kind: str, text: str) -> None:
    plain = render_github(make_outline(rewrite(documents()[kind], "x")))
    step = render_github(make_outline(rewrite(documents()[kind], text), folder=text))
    lines = step.commands.split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(plain.commands.splitlines()) == len(step.commands.splitlines())
    assert all(COMMAND.fullmatch(line) for line in lines)
    assert "##[" not in step.commands


def test_a_command_says_what_the_runner_decodes() -> None:
    fault = Fault(Place("a:b,c%.yaml", 1, 2), "50% of a::b,\r\n", "##[x]")
    assert render_github(make_outline(Findings(1, 0, (fault,), ()))).commands == (
        "::error title=fault,file=a%3Ab%2Cc%25.yaml,line=1,col=2::"
        "50%25 of a::b,\\r\\n%0Ahint: #\\x23[x]\n"
    )


@given(KINDS, HOSTILE)
def test_outputs_stay_as_many_as_they_are(kind: str, text: str) -> None:
    plain = render_github(make_outline(rewrite(documents()[kind], "x")))
    step = render_github(make_outline(rewrite(documents()[kind], text)))
    outputs = read_outputs(step.outputs)
    assert list(outputs) == list(read_outputs(plain.outputs))
    assert not any("\n" in value for value in outputs.values())


@given(KINDS, HOSTILE)
def test_xml_has_the_same_cases(kind: str, text: str) -> None:
    plain = ElementTree.fromstring(render_junit(make_outline(rewrite(documents()[kind], "x"))))
    shown = render_junit(make_outline(rewrite(documents()[kind], text)))
    assert shown.isascii()
    root = ElementTree.fromstring(shown)
    assert [element.tag for element in root.iter()] == [element.tag for element in plain.iter()]


def test_what_xml_cannot_hold_is_shown() -> None:
    fault = Fault(Place("a", 1, 1), "\x00\x0b\ufffe\uffff\ud800<&]]>")
    root = ElementTree.fromstring(render_junit(make_outline(Findings(1, 0, (fault,), ()))))
    (failure,) = root.iterfind(".//failure")
    assert failure.get("message") == "\\x00\\x0b\\ufffe\\uffff\\ud800<&]]>"


@given(KINDS, HOSTILE)
def test_json_has_the_same_results(kind: str, text: str) -> None:
    plain = json.loads(render_sarif(make_outline(rewrite(documents()[kind], "x"))))
    outline = make_outline(rewrite(documents()[kind], text))
    log = json.loads(render_sarif(outline))
    check_sarif(log)
    assert len(log["runs"][0]["results"]) == len(plain["runs"][0]["results"])
    for result in log["runs"][0]["results"]:
        message = result["message"]["text"]
        assert "](" not in message
        assert not re.search(r"(?<!\{)(\{\{)*\{(?!\{)", message)
    assert set(json.loads(render_gitlab(outline))) in ({"create", "update", "delete"}, {"error"})


@given(KINDS, HOSTILE)
def test_text_keeps_its_lines_and_shows_what_a_terminal_would_obey(kind: str, text: str) -> None:
    plain = render_text(rewrite(documents()[kind], "x"), Style())
    shown = render_text(rewrite(documents()[kind], text), Style())
    # One more, if the text makes a folder of the preview.
    assert len(shown.splitlines()) - len(plain.splitlines()) in {0, 1}
    assert all(character == "\n" or show(character) == character for character in shown)
