"""`voiceops show`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voiceops.cli.options import Global, global_options
from voiceops.cli.terminal import style_for, write_json
from voiceops.errors import ExitCode, FileUnusable

if TYPE_CHECKING:
    from voiceops.report.documents import Document
    from voiceops.report.github import GithubStep
    from voiceops.report.outlines.notes import Outline

# The folder of the repository, where a platform tells it.
_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


@click.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "github", "gitlab", "junit", "sarif", "json"]),
    default="text",
    show_default=True,
    help="For whom.",
)
@global_options
def command(said: Global, file: Path, *, form: str) -> int:
    """Show what plan, apply, drift or validate saved in FILE.

    No key is needed, and nothing is changed. The exit code is 0 if it could be shown, whatever
    it says. `github` also adds to the files that GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name.
    """
    from voiceops.report.documents import read_document

    document = read_document(said.folder / file)
    match form:
        case "text":
            _show_text(document, said)
        case "json":
            click.echo(write_json(document), nl=False)
        case _:
            _show_outline(document, form, said)
    return ExitCode.DONE


def _show_text(document: Document, said: Global) -> None:
    from voiceops.report.text.document import render_text

    text = render_text(document, style_for(sys.stdout, said.colour))
    click.echo(text, nl=False, color=True)


def _show_outline(document: Document, form: str, said: Global) -> None:
    from voiceops.report.github import render_github
    from voiceops.report.gitlab import render_gitlab
    from voiceops.report.junit import render_junit
    from voiceops.report.markdown import render_markdown
    from voiceops.report.outlines.document import make_outline
    from voiceops.report.sarif import render_sarif

    formats: dict[str, Callable[[Outline], str]] = {
        "markdown": render_markdown,
        "github": lambda outline: _add_to_step(render_github(outline)),
        "gitlab": render_gitlab,
        "junit": render_junit,
        "sarif": render_sarif,
    }
    outline = make_outline(document, folder=_find_folder(said.folder))
    click.echo(formats[form](outline), nl=False)


def _find_folder(directory: Path) -> str:
    """Give the project's folder in its repository; empty if it is the same, or not known."""
    root = directory.resolve()
    for variable in _CHECKOUTS:
        checkout = os.environ.get(variable)
        if checkout and root.is_relative_to(Path(checkout).resolve()):
            folder = root.relative_to(Path(checkout).resolve()).as_posix()
            return "" if folder == "." else folder
    return ""


def _add_to_step(step: GithubStep) -> str:
    """Add to the files of the step, if there are any, and give what is for stdout."""
    files = {"GITHUB_STEP_SUMMARY": step.summary, "GITHUB_OUTPUT": step.outputs}
    for variable, text in files.items():
        if path := os.environ.get(variable):
            _append(Path(path), text, variable)
    return step.commands


def _append(path: Path, text: str, variable: str) -> None:
    from voiceops.effects import System

    try:
        System().append(path, text.encode(), mode=0o644)
    except OSError as error:
        raise FileUnusable(
            f"{path}: cannot be written: {error.strerror or error}",
            hint=f"check {variable}, or unset it",
        ) from error
