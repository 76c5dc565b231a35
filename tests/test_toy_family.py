"""A family that nobody sells passes through the whole house: the seam of families is a seam.

It is added where every family is, to the two tables, and no other module is touched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from voiceops.apply.gate import Gate
from voiceops.core.families import known
from voiceops.core.families.family import Family, Listing
from voiceops.core.plan import Action
from voiceops.core.result import Report
from voiceops.core.settings import Options
from voiceops.effects import System
from voiceops.errors import FilesInvalid
from voiceops.files.lockfile.lockfile import read_lock
from voiceops.files.settings.read import read_config
from voiceops.provider.dialect import Dialect
from voiceops.provider.families.known import DIALECTS
from voiceops.provider.service import Service
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import sandbox_endpoint
from voiceops.workflows.apply import apply
from voiceops.workflows.observe import Workspace
from voiceops.workflows.plan import plan

TOY = Family(
    key="toy",
    api="toy-voices",
    prefixes=("toy-",),
    models=("toy-1",),
    voice_pattern=re.compile(r"toy\.(?P<name>[a-z]{1,5})\.[0-9]+"),
    voice_shape="toy.NAME.1",
    name_pattern=re.compile(r"[a-z]{1,5}"),
    name_rule="1 to 5 of a-z",
    max_prompt_characters=40,
    max_preview_characters=40,
    languages={"en": "English"},
    default_language="en",
    sample_rates_hz=(24000,),
    response_formats=("wav",),
    untold=frozenset({"language", "target_model"}),
    price=Decimal("1.5"),
    quota=3,
    idle_days=30,
    listing=Listing.COUNTED,
    regions=frozenset({"singapore"}),
)
DIALECT = Dialect(
    family=TOY,
    create="make",
    list="all",
    query="one",
    delete="drop",
    voice="toy",
    write=lambda desired: {
        "voice_prompt": desired.spec.voice_prompt,
        "preview_text": desired.spec.preview_text,
        "as": desired.sent,
    },
    speak=lambda utterance, access, dial: iter(()),
)
MANIFEST = """\
defaults: {target_model: toy-1, language: en}
voices:
  ann: {voice_prompt: A deep voice., preview_text: Hello.}
"""


class Shop:
    """A service that sells toy voices."""

    def __init__(self) -> None:
        self.voices: list[dict[str, str]] = []

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        document = json.loads(body)
        assert document["model"] == "toy-voices"
        asked = document["input"]
        match asked["action"]:
            case "make":
                voice = {"toy": f"toy.{asked['as']}.{len(self.voices)}"}
                texts = {key: asked[key] for key in ("voice_prompt", "preview_text")}
                self.voices.append(voice | texts)
                output: object = voice
            case "all":
                output = {"voice_list": self.voices, "total_count": len(self.voices)}
            case "one":
                (output,) = [one for one in self.voices if one["toy"] == asked["toy"]]
            case "drop":
                self.voices = [one for one in self.voices if one["toy"] != asked["toy"]]
                output = {}
        return 200, {}, json.dumps({"output": output, "request_id": "1"}).encode()


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Open the shop, and enter its family in both tables."""
    monkeypatch.setattr(known, "FAMILIES", (*known.FAMILIES, TOY))
    monkeypatch.setitem(DIALECTS, "toy", DIALECT)  # type: ignore[arg-type]
    known.parse_voice_name.cache_clear()
    yield Shop()
    known.parse_voice_name.cache_clear()


@pytest.fixture
def workspace(shop: Shop, tmp_path: Path) -> Iterator[Workspace]:
    """A project that declares a toy voice."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "v.yaml").write_text(MANIFEST, encoding="utf-8")
    effects = System(tmp_path)
    access = Access(sandbox_endpoint(), "sk-toy", None, effects, shop.answer)
    provider = Service(access, requests_per_minute=6000, families=("toy",))
    environment = read_config(tmp_path).environment("default")
    yield Workspace(tmp_path, environment, (), "shop", provider, effects)
    provider.close()


def edit(workspace: Workspace, before: str, after: str) -> None:
    path = workspace.root / "manifests" / "v.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def carry_out(workspace: Workspace) -> Report:
    return apply(
        workspace,
        Options(),
        confirm=lambda made: None,
        tell=lambda event: None,
        everything=Gate(),
        may_wait=False,
    )


def test_a_toy_voice_is_made_kept_replaced_and_deleted(workspace: Workspace, shop: Shop) -> None:
    made = plan(workspace, Options())
    assert [change.action for change in made.changes] == [Action.CREATE]
    assert (made.price.amount, made.quota.limit) == (Decimal("1.5"), 3)
    assert carry_out(workspace).exit_code == 0
    assert plan(workspace, Options()).is_empty
    assert read_lock(workspace.environment.lockfile).voice_of("ann") == "toy.ann.0"
    workspace.environment.lockfile.unlink()
    assert [one.action for one in plan(workspace, Options()).changes] == [Action.ADOPT]
    assert carry_out(workspace).exit_code == 0
    edit(workspace, "A deep voice.", "A high voice.")
    assert [one.action for one in plan(workspace, Options()).changes] == [Action.REPLACE]
    assert carry_out(workspace).exit_code == 0
    assert [one["voice_prompt"] for one in shop.voices] == ["A deep voice.", "A high voice."]
    assert plan(workspace, Options()).is_empty


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("ann:", "reporter:", "cannot be sent as reporter: toy-voices takes 1 to 5 of a-z"),
        ("A deep voice.", "A voice" + " so deep" * 5, "toy-voices takes 40"),
        ("language: en", "language: de", "is de, which toy-voices does not take"),
    ],
)
def test_a_toy_voice_must_fit_its_family(
    workspace: Workspace, before: str, after: str, says: str
) -> None:
    edit(workspace, before, after)
    if "de" in after[-2:]:
        edit(workspace, "Hello.", "Guten Tag.")
    with pytest.raises(FilesInvalid) as caught:
        plan(workspace, Options())
    assert any(says in fault.message for fault in caught.value.faults)
