"""What some tests need beside Python and git; why one is left out says how to have it."""

from __future__ import annotations

import platform
import shutil
import subprocess

import pytest


def needs_program(name: str, *trial: str) -> pytest.MarkDecorator:
    """Leave a test out where a program is missing, or fails with the words of `trial`."""
    if shutil.which(name) is None:
        return pytest.mark.skipif(True, reason=f"install {name}")
    fails = trial and subprocess.run([name, *trial], capture_output=True, check=False).returncode
    return pytest.mark.skipif(bool(fails), reason=f"run where {name} may work")


def needs_python(version: str) -> pytest.MarkDecorator:
    """Leave a test out on another version of Python than this one, such as 3.11."""
    is_other = platform.python_version_tuple()[:2] != tuple(version.split("."))
    return pytest.mark.skipif(is_other, reason=f"run on Python {version}")


needs_linux = pytest.mark.skipif(platform.system() != "Linux", reason="run on Linux")
