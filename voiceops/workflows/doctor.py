"""Look at all that plan and apply need, and say what is missing and how to cure it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sized
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from voiceops.core.families.family import Family, Listing
from voiceops.core.families.known import FAMILIES, family_of_voice
from voiceops.core.health import Check, broken, doubtful, fine
from voiceops.core.settings import Orphans, Settings
from voiceops.effects import Effects
from voiceops.errors import EndpointRefused, FilesInvalid, KeyUnusable, VoiceopsError
from voiceops.files.lockfile.claims import read_claims
from voiceops.files.lockfile.emergency import read_emergency
from voiceops.files.lockfile.lockfile import read_lock
from voiceops.files.manifests.read import read_manifests
from voiceops.files.project.git_state import (
    find_merge_driver,
    is_ignored,
    is_merge_driver_known,
    is_merge_driver_ours,
    is_repository,
)
from voiceops.files.settings.read import SANDBOX, Config, Environment, read_config
from voiceops.files.state.journal import Journal
from voiceops.files.state.process_lock import find_holder
from voiceops.installation import DISTRIBUTION, find_rivals
from voiceops.provider.families.known import DIALECTS
from voiceops.provider.probe import Probe, probe
from voiceops.provider.transport.access import Access
from voiceops.version import __version__
from voiceops.workflows.observe import JOURNAL_NAME, find_journals, find_neighbours, find_siblings

Reach = Callable[[Environment], AbstractContextManager[Access]]

# The service's own time comes in whole seconds, and after a way through the network.
_MOST_SKEW = timedelta(seconds=60)
_CI_SYSTEMS = {
    "GITHUB_ACTIONS": "GitHub Actions",
    "GITLAB_CI": "GitLab CI",
    "JENKINS_URL": "Jenkins",
    "BUILDKITE": "Buildkite",
    "CIRCLECI": "CircleCI",
    "TF_BUILD": "Azure Pipelines",
    "CI": "a CI system",
}


def diagnose(
    root: Path,
    name: str | None,
    *,
    variables: Mapping[str, str],
    effects: Effects,
    reach: Reach,
) -> Iterator[Check]:
    """Look at one thing after the other, in the order in which they depend on each other.

    The service is asked for one voice; nothing is changed anywhere. `variables` are those of the
    process, `reach` gives the way to an environment's service. Raises UsageFault if `name` names no
    environment.
    """
    yield from _check_machine(variables)
    try:
        config = read_config(root)
    except FilesInvalid as error:
        yield from _tell_faults("settings", error)
        return
    environment = config.environment(name)
    limits = environment.settings
    yield fine("settings", f"environment {environment.name}, {limits.requests_per_minute} a minute")
    looks: dict[str, Callable[[], Iterator[Check]]] = {
        "manifests": lambda: _check_manifests(root, environment),
        "lockfile": lambda: _check_lockfile(root, config, environment),
        "environments": lambda: _check_others(root, config, environment, effects),
        "state": lambda: _check_state(environment, effects),
        "service": lambda: _check_service(root, environment, variables, reach),
    }
    for subject, look in looks.items():
        try:
            yield from look()
        except OSError as error:
            cure = "check that it is there, and its permissions"
            yield broken(subject, f"{error.filename}: {error.strerror}", cure)
        except VoiceopsError as error:
            yield _tell(subject, error)


def _check_machine(variables: Mapping[str, str]) -> Iterator[Check]:
    system = f"{platform.python_implementation()} {platform.python_version()} on {sys.platform}"
    yield fine("voiceops", f"{__version__}, {system}")
    rivals = find_rivals()
    if rivals:
        yield doubtful(
            "install",
            f"{', '.join(rivals)} brings a command named voiceops, too",
            f"keep {DISTRIBUTION} in a virtual environment of its own",
        )
    yield fine("parser", f"ruamel.yaml.clib {version('ruamel.yaml.clib')}")
    found = next((ci for variable, ci in _CI_SYSTEMS.items() if variables.get(variable)), "")
    yield fine("ci", found or "none: a person may be asked")


def _check_manifests(root: Path, environment: Environment) -> Iterator[Check]:
    try:
        manifests = read_manifests(root, environment.manifests)
    except FilesInvalid as error:
        yield from _tell_faults("manifests", error)
        return
    for warning in manifests.warnings:
        yield doubtful("manifests", str(warning), warning.hint)
    count = f"{_count(manifests.desired, 'voice')} in {_count(manifests.paths, 'file')}"
    if manifests.paths:
        yield fine("manifests", count)
    else:
        globs = ", ".join(environment.manifests)
        yield doubtful("manifests", f"no file matches {globs}", "run `voiceops init`")


def _check_lockfile(root: Path, config: Config, environment: Environment) -> Iterator[Check]:
    lockfile = environment.lockfile
    try:
        lock = read_lock(lockfile)
        waiting = read_emergency(lockfile)
    except VoiceopsError as error:
        yield _tell("lockfile", error)
        return
    if lockfile.exists():
        deposed = f", {len(lock.deposed)} deposed" if lock.deposed else ""
        yield fine("lockfile", f"{lockfile.name} has {_count(lock.voices, 'voice')}{deposed}")
    else:
        yield fine("lockfile", f"{lockfile.name} is not there yet; the first apply makes it")
    if waiting:
        says = f"{_count(waiting, 'voice')} in the emergency file"
        yield doubtful("lockfile", says, "make room on the disk, and apply: they are taken in")
    if is_repository(root):
        yield from _check_git(root, config, environment)


def _check_others(
    root: Path, config: Config, environment: Environment, effects: Effects
) -> Iterator[Check]:
    """Read what belongs to the other environments: plan and apply stop where that is not known."""
    others = find_siblings(root, config, environment)
    claims = read_claims(
        others,
        find_journals(environment),
        expected=[other.lockfile for other in find_neighbours(config, environment)],
        effects=effects,
        settle_s=environment.settings.settle_s,
    )
    if environment.settings.orphans is Orphans.DELETE and claims.missing:
        says = f"{', '.join(claims.missing)}: there is no such lockfile, so no orphan is deleted"
        yield doubtful("environments", says, "apply that environment first")
    elif claims.voices:
        yield fine("environments", f"{_count(claims.voices, 'voice')} of others")


def _check_git(root: Path, config: Config, environment: Environment) -> Iterator[Check]:
    for one in config.environments.values():
        if one.name != SANDBOX and is_ignored(root, one.lockfile):
            cure = "take it out of .gitignore, and commit it: applications and CI need it"
            yield broken("git", f"{one.lockfile.name} is ignored", cure)
    driver = find_merge_driver(root, environment.lockfile)
    if driver and driver != "voiceops" and not is_merge_driver_ours(root, driver):
        says = f"lockfiles are merged by {driver}, which loses voices, or leaves no lockfile"
        yield doubtful("git", says, "write `voiceops*.lock merge=voiceops` into .gitattributes")
    elif driver and not is_merge_driver_known(root, driver):
        command = f'git config merge.{driver}.driver "voiceops lockfile-merge %O %A %B"'
        yield doubtful("git", "lockfiles are merged as plain text in this clone", command)
    elif driver:
        yield fine("git", f"lockfiles are merged by {driver}")


def _check_state(environment: Environment, effects: Effects) -> Iterator[Check]:
    holder = find_holder(environment.state_dir)
    if holder is None:
        yield fine("process lock", "free")
    else:
        cure = "wait until it ends; the lock of a process that died is free"
        yield doubtful("process lock", f"another apply is at work{holder}", cure)
    path = environment.state_dir / JOURNAL_NAME
    try:
        memory = Journal(path, effects=effects, settle_s=environment.settings.settle_s).recall()
    except VoiceopsError as error:
        yield _tell("journal", error)
        return
    waiting = [*memory.intents, *(intent for intent, _ in memory.results)]
    if waiting:
        names = ", ".join(sorted({intent.name for intent in waiting}))
        says = f"it is not known yet what became of {names}"
        yield doubtful(
            "journal", says, "run `voiceops apply`: it finds out, and pays nothing twice"
        )
    else:
        yield fine("journal", "nothing is open" if path.exists() else "none yet")


def _check_service(
    root: Path, environment: Environment, variables: Mapping[str, str], reach: Reach
) -> Iterator[Check]:
    try:
        with reach(environment) as access:
            yield from _check_access(root, environment, access)
    except EndpointRefused as error:
        yield _tell("endpoint", error)
    except KeyUnusable as error:
        cure = error.hint
        if variables.get("GITHUB_EVENT_NAME", "").startswith("pull_request"):
            cure += "; pull requests from forks get none, and `voiceops validate` needs none"
        yield broken("key", error.message, cure)


def _check_access(root: Path, environment: Environment, access: Access) -> Iterator[Check]:
    endpoint = access.endpoint
    if endpoint.is_overridden:
        says = f"{endpoint.base_url}, from DASHSCOPE_HTTP_BASE_URL and not from the settings"
        yield doubtful("endpoint", says, "unset the variable, if this is not meant")
    else:
        yield fine("endpoint", f"{endpoint.name}, {endpoint.base_url}")
    variable = environment.key_variable
    yield fine("key", f"from {variable}" if variable else "the sandbox needs none")
    keys = _find_families(root, environment)
    for number, key in enumerate(keys):
        try:
            seen = probe(access, DIALECTS[key])
        except VoiceopsError as error:
            yield _tell("service", error)
            return
        named = f"{key}: " if len(keys) > 1 else ""
        if not number:
            yield from _check_reply(seen)
        yield from _check_family(seen, DIALECTS[key].family, environment, named=named)


def _find_families(root: Path, environment: Environment) -> list[str]:
    """Name the families in use, as far as files can be read."""
    keys = set(environment.settings.families)
    with suppress(VoiceopsError):
        desired = read_manifests(root, environment.manifests).desired
        keys |= {one.family.key for one in desired}
    with suppress(VoiceopsError):
        lock = read_lock(environment.lockfile)
        names = [entry.voice_id for entry in lock.voices.values()]
        keys |= {family.key for name in names if (family := family_of_voice(name))}
    return sorted(keys) or [FAMILIES[0].key]


def _check_reply(seen: Probe) -> Iterator[Check]:
    if seen.tls:
        yield fine("tls", f"{seen.tls}, by a certificate that this machine trusts")
    if seen.served_at:
        yield _check_clock(seen.asked_at - seen.served_at)


def _check_family(
    seen: Probe, family: Family, environment: Environment, *, named: str
) -> Iterator[Check]:
    if seen.refusal:
        yield broken("service", f"{named}{seen.refusal.message}", seen.refusal.hint)
    else:
        yield fine("service", f"{named}it lists the account's voices")
        yield _check_quota(seen.total_count, family, environment.settings, named=named)


def _check_clock(ahead: timedelta) -> Check:
    if abs(ahead) <= _MOST_SKEW:
        return fine("clock", f"within {_MOST_SKEW.seconds} s of the service's")
    seconds = abs(round(ahead.total_seconds()))
    says = f"{seconds:,} s {'ahead of' if ahead > timedelta() else 'behind'} the service's"
    cure = "set this machine's clock: by it the ages of voices, creates and saved plans are told"
    return broken("clock", says, cure)


def _check_quota(
    total_count: int | None, family: Family, settings: Settings, *, named: str
) -> Check:
    quota = settings.quota_of(family)
    if total_count is None and family.listing is Listing.COUNTED:
        cure = "if plan finds no complete listing, set `listing: until_empty`"
        return doubtful("quota", f"{named}the service does not count the voices", cure)
    if total_count is None:
        return fine("quota", f"{named}{quota:,} voices; how many there are is not told")
    says = f"{named}{total_count:,} of {quota:,} voices"
    if total_count * 100 >= quota * settings.quota_warn_percent:
        return doubtful("quota", says, "look for voices that nobody needs: `voiceops list`")
    return fine("quota", says)


def _tell_faults(subject: str, error: FilesInvalid) -> Iterator[Check]:
    for fault in error.faults:
        yield broken(subject, str(fault), fault.hint)


def _tell(subject: str, error: VoiceopsError) -> Check:
    return broken(subject, error.message, error.hint)


def _count(things: Sized, word: str) -> str:
    count = len(things)
    return f"{count:,} {word}{'' if count == 1 else 's'}"
