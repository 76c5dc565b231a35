"""Copy what PATHS names into the artifact NAME, laid out and refused as by the real action.

Source: src/shared/search.ts and upload of actions/upload-artifact, 2026-11.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

_FORBIDDEN = re.compile(r'["<>|*?:\\/\r\n]')


def main() -> None:
    if os.environ["GITHUB_SERVER_URL"] != "https://github.com":
        sys.exit("::error::this action is not currently supported on GHES")
    name, lines = os.environ["NAME"], os.environ["PATHS"]
    if _FORBIDDEN.search(name):
        sys.exit(f"::error::the artifact name {name!r} is not valid")
    if re.search(r"[*?\[\]!]", lines):
        sys.exit("::error::the paths are patterns, which this stand-in does not know")
    target = Path(os.environ["STAND_IN_ARTIFACTS"]) / name
    if target.exists():
        if os.environ["OVERWRITE"] != "true":
            sys.exit("::error::there is an artifact of this name already")
        shutil.rmtree(target)
    paths = [Path(line).absolute() for line in lines.split("\n") if line]
    files = [file for path in paths for file in find_files(path)]
    if not files and os.environ["ABSENT"] == "error":
        sys.exit("::error::no files were found with the provided path")
    root = find_root(paths)
    for file in files:
        kept = target / file.relative_to(root)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, kept)


def find_files(path: Path) -> Iterator[Path]:
    """List the files of a path, through links; hidden ones, and those below, only if asked for."""
    if path.name.startswith(".") and os.environ["HIDDEN"] != "true":
        return
    if path.is_dir():
        for below in sorted(path.iterdir()):
            yield from find_files(below)
    elif path.exists():
        yield path


def find_root(paths: list[Path]) -> Path:
    """Several paths keep their layout below the folder that they share."""
    if len(paths) > 1:
        return Path(os.path.commonpath(paths))
    return paths[0] if paths[0].is_dir() else paths[0].parent


main()
