"""How a copy was installed says how others install it; nobody installs what is not ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from voiceops.version import __version__

ROOT = Path(__file__).parents[1]
COMMIT = f"{7:040x}"
GIT = {"vcs": "git", "commit_id": COMMIT}
ADDRESS = "https://example.com/team/voiceops.git"


def ask(folder: Path, expression: str) -> object:
    """Evaluate in a process that finds these distributions, and no others."""
    code = f"import json; from voiceops.installation import *; print(json.dumps({expression}))"
    ended = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        cwd=folder,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(ended.stdout)


def install(folder: Path, origin: object = None, *, name: str = "voices-as-code") -> None:
    """Leave what pip leaves of an installation."""
    place = folder / f"{name.replace('-', '_')}-{__version__}.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
    (place / "entry_points.txt").write_text(
        "[console_scripts]\nvoiceops = voiceops.cli.main:main\n"
    )
    if origin is not None:
        (place / "direct_url.json").write_text(json.dumps(origin))


@pytest.mark.parametrize(
    ("origin", "requirement"),
    [
        (None, f"voices-as-code=={__version__}"),
        ({"url": ADDRESS, "vcs_info": GIT}, f"voices-as-code @ git+{ADDRESS}@{COMMIT}"),
        ({"url": "file:///home/ann/voiceops", "dir_info": {"editable": True}}, None),
        ({"url": "file:///home/ann/voiceops", "vcs_info": GIT}, None),
        ({"url": "file:///home/ann/voices.whl", "archive_info": {}}, None),
        ({"url": "https://example.com/'; curl x", "vcs_info": GIT}, None),
        ({"url": ADDRESS, "vcs_info": {"vcs": "git", "commit_id": "main"}}, None),
    ],
    ids=["release", "git", "folder", "clone", "wheel", "hostile", "branch"],
)
def test_where_a_copy_came_from_says_how_to_have_it(
    tmp_path: Path, origin: object, requirement: str | None
) -> None:
    install(tmp_path, origin)
    assert ask(tmp_path, "find_requirement()") == requirement


def test_what_is_not_installed_cannot_be_had(tmp_path: Path) -> None:
    assert ask(tmp_path, "find_requirement()") is None


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        (None, f"pip install 'voices-as-code[server]=={__version__}'"),
        (
            {"url": ADDRESS, "vcs_info": GIT},
            f"pip install 'voices-as-code[server] @ git+{ADDRESS}@{COMMIT}'",
        ),
        ({"url": "file:///home/ann/voiceops"}, "pip install '/home/ann/voiceops[server]'"),
    ],
)
def test_an_extra_is_added_to_this_very_copy(tmp_path: Path, origin: object, command: str) -> None:
    install(tmp_path, origin)
    assert ask(tmp_path, "tell_extra('server')") == command


def test_another_product_with_our_command_is_found(tmp_path: Path) -> None:
    install(tmp_path)
    assert ask(tmp_path, "find_rivals()") == []
    install(tmp_path, name="voiceops")
    assert ask(tmp_path, "find_rivals()") == ["voiceops"]


def test_no_page_template_or_hint_installs_a_name_without_a_pin() -> None:
    """Files of this clone, requirements that are locked, and places to fill in are pins."""
    pinned = re.compile(
        r"-r |--requirement |--require-hashes|--no-deps|\.(\s|$|`)|\"?\$|==|@ git\+|"
        r"'?VOICEOPS-REQUIREMENT|ruamel\.yaml\.clib|\{"
    )
    found = []
    for path in sorted(ROOT.rglob("*")):
        is_read = path.suffix in {".md", ".yml", ".yaml", ".py", ".sh", ".toml"}
        inside = path.relative_to(ROOT).parts
        if (
            not is_read
            or inside[0] in {"tests", "build"}
            or (inside[0].startswith(".") and (inside[0] not in {".github", ".ci"}))
        ):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            for what in re.findall(r"pip install (?:--?(?:quiet|q|editable|e)\s+)*(.*)", line):
                if not pinned.match(what) and not re.search("==|@ git", what):
                    found.append(f"{path.relative_to(ROOT)}: {what}")
    assert found == []
