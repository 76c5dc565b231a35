"""Read voiceops.yaml: the environments and their settings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from voiceops.containment import find_stray
from voiceops.core.settings import Settings
from voiceops.errors import Fault, FilesInvalid, Place, UsageFault
from voiceops.files.lockfile.emergency import emergency_path
from voiceops.files.phrases import quote
from voiceops.files.settings.model import VERSION, ConfigFields, EnvironmentFields, SettingFields
from voiceops.files.user_file import read_source
from voiceops.files.yaml.checks import check, limit_faults
from voiceops.files.yaml.schema import make_schema
from voiceops.files.yaml.tree import Entry, MapNode, ScalarNode, read_tree

CONFIG_NAME = "voiceops.yaml"
SANDBOX = "sandbox"
_DEFAULT = "default"
_DEFAULT_ENDPOINT = "singapore"
_DEFAULT_KEY_VARIABLE = "DASHSCOPE_API_KEY"
_DEFAULT_MANIFESTS = ("manifests/**/*.yaml",)


@dataclass(frozen=True, slots=True)
class Environment:
    """A named account: where it is, who may use it, and the files that belong to it.

    `endpoint` is `singapore`, `beijing`, `sandbox` or a host. `key_variable` is the name of the
    variable that holds the key; empty for the sandbox. `lockfile` and `state_dir` are absolute.
    """

    name: str
    endpoint: str
    key_variable: str
    workspace: str | None
    manifests: tuple[str, ...]
    lockfile: Path
    state_dir: Path
    settings: Settings


@dataclass(frozen=True, slots=True)
class Config:
    """The project's environments, sorted by name; `sandbox` is always among them."""

    environments: Mapping[str, Environment]

    def environment(self, name: str | None) -> Environment:
        """Give the environment of this name; if None, the only one besides the sandbox.

        Raises UsageFault if there is none of that name, or if a name is needed.
        """
        names = list(self.environments)
        if name is None:
            names.remove(SANDBOX)
            if len(names) > 1:
                hint = f"name one with --env: {', '.join(self.environments)}"
                raise UsageFault("there are several environments", hint=hint)
            return self.environments[names[0]]
        if name not in self.environments:
            close = get_close_matches(name, names, n=1)
            meant = f"did you mean {close[0]}? " if close else ""
            hint = f"{meant}the environments are {', '.join(names)}"
            raise UsageFault(f"there is no environment {quote(name)}", hint=hint)
        return self.environments[name]


def read_config(root: Path) -> Config:
    """Read the project's voiceops.yaml; without one, everything has its default.

    Raises FilesInvalid with all faults of the file.
    """
    if not os.path.lexists(root / CONFIG_NAME):
        if os.path.lexists(root / "voiceops.yml"):
            place = Place("voiceops.yml", 1, 1)
            raise FilesInvalid((Fault(place, "this file is not read", f"call it {CONFIG_NAME}"),))
        return parse_config(b"", root=root)
    data = read_source(root, CONFIG_NAME)
    if isinstance(data, Fault):
        raise FilesInvalid((data,))
    return parse_config(data, root=root)


def parse_config(data: bytes, *, root: Path) -> Config:
    """Read the settings' bytes for the project in `root`; FilesInvalid with all faults."""
    tree = read_tree(data, path=CONFIG_NAME)
    if tree.root is None:
        raise FilesInvalid(limit_faults(tree.faults))
    top = Entry(CONFIG_NAME, Place(CONFIG_NAME, 1, 1), tree.root)
    if tree.root == ScalarNode(top.place, None):
        top = Entry(top.key, top.place, MapNode(top.place, (), {}))
    _refuse_newer(top)
    fields, found = check(ConfigFields, top)
    faults = [*tree.faults, *found, *_find_sandbox_faults(top)]
    if fields is None or faults:
        raise FilesInvalid(limit_faults(faults))
    environments = _make_environments(fields, root)
    real = {name: os.path.realpath(found.lockfile) for name, found in environments.items()}
    lockfile_faults = [*_find_shared(real, top), *_find_stray(environments, top, root)]
    if lockfile_faults:
        raise FilesInvalid(limit_faults(lockfile_faults))
    return Config(environments)


def config_schema() -> dict[str, object]:
    """Describe voiceops.yaml in JSON Schema 2020-12, for editors."""
    return make_schema(ConfigFields, title="voiceops settings")


def _make_environments(fields: ConfigFields, root: Path) -> dict[str, Environment]:
    """Make what is configured, and what is always there, sorted by name."""
    configured = dict(fields.environments or {})
    sandbox = configured.pop(SANDBOX, EnvironmentFields())
    named = {**(configured or {_DEFAULT: EnvironmentFields()}), SANDBOX: sandbox}
    shared = _apply(fields, Settings())
    return {name: _make_environment(name, named[name], shared, root) for name in sorted(named)}


def _make_environment(
    name: str, fields: EnvironmentFields, shared: Settings, root: Path
) -> Environment:
    endpoint = SANDBOX if name == SANDBOX else fields.endpoint or _DEFAULT_ENDPOINT
    key_variable = "" if endpoint == SANDBOX else fields.api_key or _DEFAULT_KEY_VARIABLE
    default_lockfile = "voiceops.lock" if name == _DEFAULT else f"voiceops.{name}.lock"
    return Environment(
        name=name,
        endpoint=endpoint,
        key_variable=key_variable,
        workspace=fields.workspace,
        manifests=fields.manifests or _DEFAULT_MANIFESTS,
        lockfile=root.absolute() / (fields.lockfile or default_lockfile),
        state_dir=root.absolute() / ".voiceops" / name,
        settings=_apply(fields, shared),
    )


def _apply(fields: SettingFields, base: Settings) -> Settings:
    """Put the settings that the file speaks of in the place of the base's."""
    names = set(SettingFields.model_fields) - {"price"}
    settings = replace(base, **fields.model_dump(include=names, exclude_none=True))
    if fields.price is None:
        return settings
    return replace(
        settings,
        price_amount=base.price_amount if fields.price.amount is None else fields.price.amount,
        price_currency=fields.price.currency or base.price_currency,
    )


def _refuse_newer(top: Entry) -> None:
    """Stop at a newer version: what else is in the file cannot be judged."""
    version = top.value.first.get("version") if isinstance(top.value, MapNode) else None
    if version is None or not isinstance(version.value, ScalarNode):
        return
    number = version.value.value
    if isinstance(number, int) and number > VERSION:
        message = f"version {number} is newer than this voiceops understands ({VERSION})"
        hint = "upgrade voiceops: its package is voices-as-code"
        raise FilesInvalid((Fault(version.value.place, message, hint),))


def _find_sandbox_faults(top: Entry) -> Iterator[Fault]:
    """Report an endpoint or a key for the sandbox, which is on this machine and needs none."""
    sandbox = _find(top, "environments", SANDBOX)
    for key in ("endpoint", "api_key"):
        entry = _find(sandbox, key) if sandbox else None
        if entry:
            message = f"the sandbox needs no {key}"
            yield Fault(entry.place, message, "take the line out, or rename the environment")


def _find_shared(lockfiles: Mapping[str, str], top: Entry) -> Iterator[Fault]:
    """Report lockfiles that several environments would write, also where case does not count."""
    sharing: dict[str, list[str]] = {}
    for name, lockfile in lockfiles.items():
        sharing.setdefault(lockfile.casefold(), []).append(name)
    for names in sharing.values():
        if len(names) > 1:
            message = f"the environments {' and '.join(names)} share a lockfile"
            for place in _find_lockfile_places(names, top):
                yield Fault(place, message, "give each environment its own")


def _find_stray(environments: Mapping[str, Environment], top: Entry, root: Path) -> Iterator[Fault]:
    """Report what an environment writes, where a link leads it out of the project."""
    hint = "put the file or folder itself there"
    for name, environment in environments.items():
        lockfile = environment.lockfile
        for path in (lockfile, emergency_path(lockfile), environment.state_dir):
            if why := find_stray(root, path):
                shown = path.relative_to(root.absolute()).as_posix()
                places = _find_lockfile_places([name], top) if path == lockfile else []
                yield from (Fault(place, f"{shown}: {why}", hint) for place in places)
                if not places:
                    yield Fault(Place(shown, 1, 1), why, hint)


def _find_lockfile_places(names: list[str], top: Entry) -> list[Place]:
    """List where these environments set their lockfile, or are named; not those that are not."""
    found = (_find(top, "environments", name) for name in names)
    entries = (_find(entry, "lockfile") or entry for entry in found if entry)
    return [entry.value.place if entry.key == "lockfile" else entry.place for entry in entries]


def _find(entry: Entry, *keys: str) -> Entry | None:
    found: Entry | None = entry
    for key in keys:
        found = found.value.first.get(key) if found and isinstance(found.value, MapNode) else None
    return found
