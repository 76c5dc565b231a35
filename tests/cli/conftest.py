"""What the tests of the command line share: a project, and a service that a test commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cli_process import Project, find_key, make_project
from cli_service import Service, serving


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Give a project of three voices; in the end no byte of it may hold the key."""
    made = make_project(tmp_path / "project")
    yield made
    leaks = {path: find_key(data) for path, data in made.files().items()}
    assert {path: forms for path, forms in leaks.items() if forms} == {}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Give a sandbox that the test can command; `remote` is the project that uses it."""
    return Service(tmp_path)


@pytest.fixture
def remote(project: Project, service: Service) -> Iterator[Project]:
    """Give the project with `service` as the account of its default environment."""
    with serving(service) as url:
        yield replace(project, env={"DASHSCOPE_HTTP_BASE_URL": url})
