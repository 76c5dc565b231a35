"""Projects and accounts of voiceops, and what it is asked to do with them.

What a command needs is made once for each size, and kept.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bench_data
from bench_runs import Command
from bench_serving import serving
from bench_tools import HERE, KEPT, Opened, Tools, make_empty, set_up

SANDBOX_FAULTS = "behaviour: {{quota: {quota}}}\n"


def start_up(tools: Tools) -> dict[str, Command]:
    """Give bare Python, and what must be as near to it as it can be."""
    folder = make_empty(KEPT / "start-up")
    voiceops = tools.voiceops.tool("voiceops")
    return {
        "python -c pass": Command([tools.voiceops.python, "-c", "pass"], folder),
        "--version": Command([voiceops, "--version"], folder, says="voiceops"),
        "--help": Command([voiceops, "--help"], folder, says="validate"),
        "plan --help": Command([voiceops, "plan", "--help"], folder, says="--only"),
        "completion": Command([voiceops], folder, bench_data.COMPLETION, says="plain,plan"),
    }


@contextmanager
def open_voiceops(tools: Tools, count: int) -> Opened:
    """Plan a project whose voices are all there."""
    folder, served = prepare_account(tools, count)
    with serving_sandbox(tools, served) as port:
        yield plan_of(tools, folder, port, "--detailed-exitcode")


@contextmanager
def open_floor(tools: Tools, count: int) -> Opened:
    """Do the least of the same work, against a sandbox of its own with the same voices."""
    folder, served = prepare_account(tools, count)
    with serving_sandbox(tools, served) as port:
        words = [tools.floor.python, str(HERE / "bench_floor.py"), str(port)]
        yield Command(words, folder, says=f"{count} voices, 0 differ")


def validate_of(tools: Tools, count: int, voices_a_file: int) -> Command:
    folder = make_empty(KEPT / "validate" / f"{count}-{voices_a_file}")
    bench_data.write_project(folder, count, voices_a_file=voices_a_file)
    words = [tools.voiceops.tool("voiceops"), "validate"]
    return Command(words, folder, says=f"{count:,} voice{'s' * (count > 1)}")


@contextmanager
def open_accounts(tools: Tools, accounts: int, count: int, *, is_shared: bool = True) -> Opened:
    """Plan so many environments; one account stands for that of each.

    They share their manifests, as they do if the settings say nothing; or each has its own.
    """
    template, served = prepare_account(tools, count)
    folder = make_empty(KEPT / "accounts" / f"{accounts}-{count}-{is_shared}")
    names = [f"account{number:03d}" for number in range(accounts)]
    settings = bench_data.SETTINGS.format(quota=max(count, 1000)) + "environments:\n"
    for name in names:
        own = "manifests" if is_shared else f"manifests/{name}"
        settings += f"  {name}: {{manifests: [{own}/*.yaml]}}\n"
        shutil.copytree(template / "manifests", folder / own, dirs_exist_ok=True)
    (folder / "voiceops.yaml").write_text(settings, encoding="utf-8")
    for name in names:
        shutil.copyfile(template / "voiceops.lock", folder / f"voiceops.{name}.lock")
    with serving_sandbox(tools, served) as port:
        yield plan_of(tools, folder, port, "--all-environments", "--detailed-exitcode")


def prepare_account(tools: Tools, count: int) -> tuple[Path, Path]:
    """Make a project, and an account with all its voices, by a real apply; once for each size.

    Gives the project's folder and that of the sandbox.
    """
    folder = KEPT / "voiceops" / str(count)
    project, served = folder / "project", folder / "served"
    bench_data.write_project(project, count)
    served.mkdir(exist_ok=True)
    # Its own settings file: a sandbox belongs to the project that it is started in.
    (served / "voiceops.yaml").write_text("version: 1\n", encoding="utf-8")
    (served / "faults.yaml").write_text(
        SANDBOX_FAULTS.format(quota=max(count, 1000)), encoding="utf-8"
    )
    if not (folder / "made").exists():
        tools.tell(f"making {count:,} voices, once")
        with serving_sandbox(tools, served) as port:
            words = [tools.voiceops.tool("voiceops"), "apply", "--yes", "--parallelism", "4"]
            set_up(words, project, environment_of(port))
        (folder / "made").touch()
    return project, served


@contextmanager
def serving_sandbox(tools: Tools, served: Path) -> Iterator[int]:
    """Serve an account; gives the port."""
    words = [tools.server.tool("voiceops"), "sandbox", "serve", "--port", "0"]
    with serving([*words, "--faults", "faults.yaml"], served) as port:
        yield port


def plan_of(tools: Tools, folder: Path, port: int, *flags: str) -> Command:
    words = [tools.voiceops.tool("voiceops"), "plan", *flags]
    return Command(words, folder, environment_of(port), says="No changes")


def environment_of(port: int) -> dict[str, str]:
    return {
        "DASHSCOPE_HTTP_BASE_URL": f"http://127.0.0.1:{port}/api/v1",
        "DASHSCOPE_API_KEY": "sk-x",
    }
