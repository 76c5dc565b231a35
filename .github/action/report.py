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

# The runner's word for a step that ended with another code than 0.
_FAILED = "failure"


def main() -> None:
    """Report on the document of the step before."""
    command, outcome = os.environ["COMMAND"], os.environ["OUTCOME"]
    markdown = Path(os.environ["MARKDOWN"])
    try:
        document = read_document(Path(os.environ["DOCUMENT"]))
    except VoiceopsError:
        # The process had to leave at once, or could write no file.
        code = str(int(ExitCode.FAILED)) if outcome == _FAILED else ""
        markdown.write_text(f"### {command.title()}: ended before it could report\n")
        message = f"{command} ended before it could report; the log says more"
        sys.stdout.write(f"::error title=voiceops::{message}\n")
    else:
        code = str(int(find_code(document, command, has_failed=outcome == _FAILED)))
        show(markdown)
    append("GITHUB_STEP_SUMMARY", markdown.read_text(encoding="utf-8"))
    append("GITHUB_OUTPUT", f"exit_code={code}\n")


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
