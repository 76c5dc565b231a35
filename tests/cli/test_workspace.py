"""What a command opens is closed when it ends, whoever still holds it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_process import make_project

from voiceops.cli.options import Global
from voiceops.cli.workspace import open_workspace
from voiceops.errors import FileUnusable


def test_the_sandbox_is_closed_with_its_workspace(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    with open_workspace(Global("sandbox", str(project.folder))) as workspace:
        assert workspace.provider.list() == ()
    with pytest.raises(FileUnusable, match=r"sandbox\.db"):
        workspace.provider.list()
