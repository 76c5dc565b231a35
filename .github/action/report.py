"""Show the document of the command, also if the command failed, and tell its exit code.

Writes annotations to stdout, the summary and the outputs of the step to the files that the
platform names, and the text of the summary to MARKDOWN, for a comment or an issue.
"""

import os
import sys
from pathlib import Path

from voiceops.cli.main import cli
from voiceops.core.findings import Findings
from voiceops.core.plan import Plan
from voiceops.core.result import Report
from voiceops.errors import ExitCode, VoiceopsError
from voiceops.report.documents import Document, Failure, read_document
from voiceops.report.text.plan import say_attention

# The runner's word for a step that ended with another code than 0.
_FAILED = "failure"


def main() -> None:
    """Report on the document of the step before."""
    command, outcome = os.environ["COMMAND"], os.environ["OUTCOME"]
    markdown = Path(os.environ["MARKDOWN"])
    try:
        document = read_document(Path(os.environ["DOCUMENT"]))
    except VoiceopsError:
        code = report_outcome(command, outcome, markdown)
    else:
        code = str(int(find_code(document, command, has_failed=outcome == _FAILED)))
        show(markdown)
        if command == "drift" and isinstance(document, Plan):
            say_drift(document, markdown)
    append("GITHUB_STEP_SUMMARY", markdown.read_text(encoding="utf-8"))
    append("GITHUB_OUTPUT", f"exit_code={code}\n")


def report_outcome(command: str, outcome: str, markdown: Path) -> str:
    """Report on what left no document: `fmt` never does; others had to leave at once."""
    if command == "fmt":
        says = "not all manifests are in canonical form; run `voiceops fmt`"
    else:
        says = f"{command} ended before it could report; the log says more"
    if outcome == _FAILED or command != "fmt":
        sys.stdout.write(f"::error title=voiceops::{says}\n")
    else:
        says = "all manifests are in canonical form"
    markdown.write_text(f"### {command.title()}: {says}\n", encoding="utf-8")
    if command == "fmt" or outcome == _FAILED:
        return str(int(ExitCode.FAILED if outcome == _FAILED else ExitCode.DONE))
    return ""


def say_drift(document: Plan, markdown: Path) -> None:
    """Say the same in the heading as in the title of the issue: what needs attention."""
    title = say_attention(document)
    _, _, rest = markdown.read_text(encoding="utf-8").partition("\n")
    markdown.write_text(f"### Drift: {title}\n{rest}", encoding="utf-8")
    append("GITHUB_OUTPUT", f"title={title}\n")


def find_code(document: Document, command: str, *, has_failed: bool) -> int:
    """Give the code with which the command ended; that of plan is the one of --detailed-exitcode.

    The shell that ran voiceops became voiceops, so nobody was left to note the code. A command
    that failed after its document was written (stdout was closed, say) ended with 1.
    """
    code = _code_of(document, command)
    is_success = code == ExitCode.DONE or (command == "plan" and code == ExitCode.CHANGES)
    return ExitCode.FAILED if has_failed and is_success else code


def _code_of(document: Document, command: str) -> int:
    match document:
        case Failure() | Report():
            return document.exit_code
        case Findings():
            return ExitCode.FAILED if document.faults else ExitCode.DONE
        case Plan() if command == "drift":
            return ExitCode.CHANGES if document.has_drifted else ExitCode.DONE
        case Plan() if document.needs_a_person or document.asks:
            return ExitCode.DECISION
        case Plan():
            return ExitCode.DONE if document.is_empty else ExitCode.CHANGES


def show(markdown: Path) -> None:
    """Let `voiceops show` write annotations and outputs, and the summary into a file of ours."""
    summary = os.environ["GITHUB_STEP_SUMMARY"]
    os.environ["GITHUB_STEP_SUMMARY"] = str(markdown)
    words = ["show", "-C", os.environ["DIRECTORY"], "--format", "github", os.environ["DOCUMENT"]]
    cli.main(words, prog_name="voiceops", standalone_mode=False)
    os.environ["GITHUB_STEP_SUMMARY"] = summary


def append(variable: str, text: str) -> None:
    """Add to a file of the step."""
    with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
        file.write(text)


main()
