"""How a copy was installed says how others install it; nobody installs what is not ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

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
        ({"url": "https://ann:token@example.com/a.git", "vcs_info": GIT}, None),
        ({"url": "https://token@example.com/a.git", "vcs_info": GIT}, None),
        ({"url": "ssh://git:token@example.com/a.git", "vcs_info": GIT}, None),
        (
            {"url": "ssh://git@example.com/a.git", "vcs_info": GIT},
            f"voices-as-code @ git+ssh://git@example.com/a.git@{COMMIT}",
        ),
        ({"url": ADDRESS, "vcs_info": {"vcs": "git", "commit_id": "main"}}, None),
    ],
    ids=[
        *("release", "git", "folder", "clone", "wheel", "hostile"),
        *("password", "token", "ssh_password", "ssh", "branch"),
    ],
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
        ({"url": "file:///home/ann/my%20tools"}, "pip install '/home/ann/my tools[server]'"),
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
    """Files of this clone, what is locked, and places that the code fills in are pins."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *("*.md", "*.yml", "*.yaml", "*.py", "*.sh", "*.toml")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    found = []
    for name in listed.stdout.decode().splitlines():
        if not name.startswith("tests/"):
            text = (ROOT / name).read_text(encoding="utf-8")
            found += [f"{name}: {what}" for what in INSTALLS.findall(text) if not is_pinned(what)]
    assert found == []


INSTALLS = re.compile(r"pip install (.*)")
FLAGS = re.compile(
    r"^((--(quiet|upgrade|editable|disable-pip-version-check|target \S+)|-[qeU])\s+)*"
)
# A lock, the clone itself, what the code or a shell's variable fills in; and one of ours' parts.
PINS = ("--requirement ", "--no-deps ", "'VOICEOPS-REQUIREMENT'", "{", '"$', "ruamel.yaml.clib")


def is_pinned(what: str) -> bool:
    words = FLAGS.sub("", what)
    is_clone = re.match(r"\.(\s|$|`)", words) is not None
    return is_clone or words.startswith(PINS) or "==" in what


@pytest.mark.parametrize(
    "line",
    ["voiceops", "--quiet voiceops", "'voiceops[server]'", "--upgrade voiceops", "-e '.[dev]'"],
)
def test_an_installation_without_a_pin_is_seen(line: str) -> None:
    (what,) = INSTALLS.findall(f"    - run: pip install {line}")
    assert not is_pinned(what)


def read_lock(name: str) -> dict[str, str]:
    """Map what is locked to its version."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE))


def read_declared(*extras: str) -> list[Requirement]:
    """List what is declared for running, for building, and for these extras."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = declared["project"]
    wanted = [*project["dependencies"], *declared["dependency-groups"]["build"]]
    wanted += [one for extra in extras for one in project["optional-dependencies"][extra]]
    return [Requirement(one) for one in wanted]


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("tests/requirements.txt", ["dev"]),
        ("tests/lowest.txt", ["dev"]),
        (".github/action/requirements.txt", []),
    ],
)
def test_a_lock_has_what_is_declared(lock: str, extras: list[str]) -> None:
    """Where it does not, `.ci/lock` was forgotten."""
    locked = read_lock(lock)
    for requirement in read_declared(*extras):
        version = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_the_lowest_versions_that_are_tried_are_those_that_are_declared() -> None:
    locked = read_lock("tests/lowest.txt")
    for requirement in read_declared("dev"):
        version = Version(locked[canonicalize_name(requirement.name)])
        bounds = [Version(one.version) for one in requirement.specifier if one.operator in _LOWER]
        assert [version] == bounds, requirement


_LOWER = (">=", "==", "~=")
