"""Read manifests: the voices that people declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from voiceops.core.desired import DEFAULT_RESPONSE_FORMAT, DEFAULT_SAMPLE_RATE_HZ, Desired
from voiceops.core.facts import Overlooked
from voiceops.core.families.fit import find_misfits
from voiceops.core.families.known import FAMILIES, family_of
from voiceops.core.families.limits import DEFAULT_LANGUAGE, KNOWN_TARGET_MODELS
from voiceops.core.spec import SPEC_FIELDS, Spec
from voiceops.errors import Fault, FilesInvalid, FileUnusable, Place
from voiceops.files.manifests.contradictions import Declared, find_conflicts
from voiceops.files.manifests.doubts import find_doubts, find_lookalikes, warn_of
from voiceops.files.manifests.model import (
    ManifestFields,
    ManifestKeys,
    SharedFields,
    VoiceFields,
    find_name_misfit,
)
from voiceops.files.manifests.paths import find_glob_misfit, find_paths
from voiceops.files.once import once_for_all
from voiceops.files.phrases import name_key, quote, suggest
from voiceops.files.user_file import read_source
from voiceops.files.yaml.checks import MAX_FAULTS_A_FILE, check, limit_faults
from voiceops.files.yaml.entries import find_entry, find_map, list_entries, list_texts
from voiceops.files.yaml.schema import make_schema
from voiceops.files.yaml.tree import Entry, MapNode, ScalarNode, read_tree, to_plain


@dataclass(frozen=True, slots=True)
class Manifests:
    """All voices of an environment's manifests.

    `desired` is sorted by name, one per name; `warnings` by place; `paths` are the files that were
    read, relative to the root, POSIX, sorted. `former` maps the digests that an older lockfile may
    have of the specs to those of today; `overlooked` are the files that look like manifests and are
    not read. All may be empty.
    """

    desired: tuple[Desired, ...]
    warnings: tuple[Fault, ...]
    paths: tuple[str, ...]
    former: Mapping[str, str] = field(default_factory=dict)
    overlooked: tuple[Overlooked, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """One file: what it declares, sound or not, and what is wrong or doubtful in it."""

    declared: tuple[Declared, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def read_manifests(root: Path, globs: tuple[str, ...]) -> Manifests:
    """Read all manifests that the globs match; that there is none is no error.

    Raises FilesInvalid with the faults of all files, FileUnusable for a glob that leaves the root.
    """
    for glob in globs:
        misfit = find_glob_misfit(glob)
        if misfit:
            raise FileUnusable(f"the glob {quote(glob)} {misfit.message}", hint=misfit.hint)
    found = find_paths(root, globs)
    faults = [*found.faults]
    sources: list[tuple[str, bytes]] = []
    for path in found.paths:
        data = read_source(root, path)
        if isinstance(data, Fault):
            faults.append(data)
        else:
            sources.append((path, data))
    joined = join_manifests(_read_all(tuple(sources)), faults=faults)
    overlooked = tuple(_read_overlooked(root, found.overlooked))
    warnings = sorted([*joined.warnings, *map(warn_of, overlooked)])
    return replace(joined, warnings=tuple(warnings), overlooked=overlooked)


def join_manifests(manifests: Mapping[str, Manifest], *, faults: Iterable[Fault] = ()) -> Manifests:
    """Join the manifests of an environment, by path; FilesInvalid if anything is wrong."""
    declared = [voice for manifest in manifests.values() for voice in manifest.declared]
    found = [
        *faults,
        *(fault for manifest in manifests.values() for fault in manifest.faults),
        *find_conflicts(declared),
    ]
    if found:
        raise FilesInvalid(limit_faults(found))
    warnings = (warning for manifest in manifests.values() for warning in manifest.warnings)
    sound = [(voice.desired, voice.former_spec) for voice in declared if voice.desired]
    return Manifests(
        tuple(sorted((desired for desired, _ in sound), key=lambda desired: desired.name)),
        limit_faults([*warnings, *find_lookalikes(declared)]),
        tuple(sorted(manifests)),
        {former: desired.spec.digest for desired, former in sound if former},
    )


def _read_overlooked(root: Path, paths: Iterable[str]) -> Iterator[Overlooked]:
    """Look at the files that no glob matches as it is written, and read what they declare."""
    for path in paths:
        data = read_source(root, path)
        tree = read_tree(data, path=path) if isinstance(data, bytes) else None
        if tree is None or tree.root is None:
            yield Overlooked(path, None)
            continue
        voices = list_entries(find_map(Entry("", Place(path, 1, 1), tree.root), "voices"))
        aliases = (said.text for one in voices for said in list_texts(find_entry(one, "aliases")))
        yield Overlooked(path, frozenset({*aliases, *(voice.key for voice in voices)}))


@once_for_all(remembered=2)
def _read_all(sources: tuple[tuple[str, bytes], ...]) -> Mapping[str, Manifest]:
    """Read the manifests of an environment; others may have the same."""
    return {path: read_manifest(data, path=path) for path, data in sources}


def read_manifest(data: bytes, *, path: str) -> Manifest:
    """Read one manifest from its bytes; never raises. `path` is how places call the file."""
    tree = read_tree(data, path=path)
    if tree.root is None:
        return Manifest((), tree.faults, ())
    top = Entry("manifest", Place(path, 1, 1), tree.root)
    if tree.root == ScalarNode(top.place, None):
        hint = "declare voices under `voices:`, or delete the file"
        return Manifest((), (Fault(top.place, "the file is empty", hint),), ())
    faults = check(ManifestKeys, top)[1]
    defaults, voices = (find_map(top, key) for key in ("defaults", "voices"))
    given: dict[str, object] = {}
    if defaults:
        faults += check(SharedFields, defaults)[1]
        given = _read_given(defaults)
    declared, found = _read_voices(voices, given, _find_places(defaults))
    warnings = tuple(find_doubts(defaults, *list_entries(voices)))
    return Manifest(declared, (*tree.faults, *faults, *found), warnings)


def manifest_schema() -> dict[str, object]:
    """Describe manifests in JSON Schema 2020-12, for editors."""
    return make_schema(ManifestFields, title="voiceops manifest")


def _read_given(defaults: Entry) -> dict[str, object]:
    """Give the values of the known keys, sound or not."""
    plain = to_plain(defaults.value)
    known = SharedFields.model_fields
    return (
        {key: value for key, value in plain.items() if key in known}
        if isinstance(plain, dict)
        else {}
    )


def _read_voices(
    voices: Entry | None, given: Mapping[str, object], places: Mapping[str, Place]
) -> tuple[tuple[Declared, ...], list[Fault]]:
    declared: list[Declared] = []
    faults: list[Fault] = []
    for entry in list_entries(voices):
        voice, found = _read_voice(entry, given, places)
        declared.append(voice)
        faults += found
        if len(faults) > MAX_FAULTS_A_FILE:  # more would not be shown
            break
    return tuple(declared), faults


def _read_voice(
    entry: Entry, given: Mapping[str, object], places: Mapping[str, Place]
) -> tuple[Declared, list[Fault]]:
    fields, faults = check(VoiceFields, entry, given=given)
    misfit = find_name_misfit(entry.key)
    if misfit:
        message = f"the name {quote(entry.key)} {misfit.message}"
        faults.append(Fault(entry.place, message, misfit.hint))
    is_map = isinstance(entry.value, MapNode)
    if is_map and "target_model" not in given and not find_entry(entry, "target_model"):
        hint = "add `target_model:` here, or under `defaults`"
        faults.append(Fault(entry.place, f"{name_key(entry.key)} lacks target_model", hint))
    desired = _make_desired(entry, fields, places) if fields and not faults else None
    if desired:
        unfit = list(_find_unfit(entry, desired))
        faults, desired = [*faults, *unfit], None if unfit else desired
    former_spec = _find_former_spec(entry, desired.spec) if desired else ""
    declared = Declared(
        name=entry.key,
        place=entry.place,
        aliases=tuple(list_texts(find_entry(entry, "aliases"))),
        adopt=next(list_texts(find_entry(entry, "adopt")), None),
        desired=desired,
        former_spec=former_spec,
    )
    return declared, faults


def _find_unfit(entry: Entry, desired: Desired) -> Iterator[Fault]:
    """Find what the family of a voice does not take, each at its place."""

    def place_of(field: str) -> Place:
        own = find_entry(entry, field)
        return own.value.place if own else desired.place_of(field) or entry.place

    model = desired.spec.target_model
    if not desired.family_key and family_of(model) is None:
        message = f"target_model {quote(model)} is of no family that voiceops knows"
        keys = " or ".join(f"`family: {family.key}`" for family in FAMILIES)
        meant = suggest(model, KNOWN_TARGET_MODELS)
        close = f"{meant} " if meant.startswith("did you mean") else ""
        hint = f"{close}for a model that is new, add {keys}"
        yield Fault(place_of("target_model"), message, hint)
        return
    made_by = family_of(model)
    if made_by is not None and made_by.key != desired.family.key:
        message = f"family is {desired.family_key}, but {quote(model)} is of {made_by.key}"
        yield Fault(place_of("family"), message, "take the line out: the model tells its family")
        return
    for key, misfit in find_misfits(desired):
        subject = f"the name {quote(desired.name)}" if key == "name" else key
        yield Fault(place_of(key), f"{subject} {misfit.message}", misfit.hint)


def _find_former_spec(entry: Entry, spec: Spec) -> str:
    prompt, text = (
        next(list_texts(find_entry(entry, key))).text for key in ("voice_prompt", "preview_text")
    )
    return Spec.find_former_digest(
        voice_prompt=prompt,
        preview_text=text,
        language=spec.language,
        target_model=spec.target_model,
    )


def _find_places(defaults: Entry | None) -> dict[str, Place]:
    """Give the places of the defaults that belong to a spec."""
    found = {field: find_entry(defaults, field) for field in SPEC_FIELDS} if defaults else {}
    return {field: entry.place for field, entry in found.items() if entry}


def _make_desired(entry: Entry, fields: VoiceFields, places: Mapping[str, Place]) -> Desired:
    return Desired(
        name=entry.key,
        spec=Spec.of(
            voice_prompt=fields.voice_prompt,
            preview_text=fields.preview_text,
            language=fields.language or DEFAULT_LANGUAGE,
            target_model=fields.target_model or "",
        ),
        place=entry.place,
        sample_rate_hz=fields.sample_rate or DEFAULT_SAMPLE_RATE_HZ,
        response_format=fields.response_format or DEFAULT_RESPONSE_FORMAT,
        protect=fields.protect,
        aliases=fields.aliases,
        adopt=fields.adopt,
        pin=fields.pin or False,
        sent_as=fields.sent_as or "",
        family_key=fields.family or "",
        inherited=tuple(item for item in places.items() if find_entry(entry, item[0]) is None),
    )
