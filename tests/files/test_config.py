from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceops.core.families.family import Listing
from voiceops.core.settings import Orphans, Settings
from voiceops.errors import FilesInvalid, UsageFault
from voiceops.files.settings.read import Environment, config_schema, parse_config, read_config


def read(root, text):
    (root / "voiceops.yaml").write_text(text, encoding="utf-8")
    return read_config(root)


def faults_of(root, text):
    with pytest.raises(FilesInvalid) as caught:
        read(root, text)
    return [(str(fault), fault.hint) for fault in caught.value.faults]


def settings_of(root, text, name=None):
    return read(root, text).environment(name).settings


@pytest.mark.parametrize("text", [None, "", "# nothing\n", "{}", "version: 1", "environments: {}"])
def test_without_settings_there_is_one_environment_and_the_sandbox(tmp_path, text):
    config = read_config(tmp_path) if text is None else read(tmp_path, text)
    default = Environment(
        name="default",
        endpoint="singapore",
        key_variable="DASHSCOPE_API_KEY",
        workspace=None,
        manifests=("manifests/**/*.yaml",),
        lockfile=tmp_path / "voiceops.lock",
        state_dir=tmp_path / ".voiceops" / "default",
        settings=Settings(),
    )
    sandbox = dataclasses.replace(
        default,
        name="sandbox",
        endpoint="sandbox",
        key_variable="",
        lockfile=tmp_path / "voiceops.sandbox.lock",
        state_dir=tmp_path / ".voiceops" / "sandbox",
    )
    assert config.environments == {"default": default, "sandbox": sandbox}
    assert config.environment(None) == default
    assert config.environment("sandbox") == sandbox


def test_every_setting_can_be_set(tmp_path):
    text = """\
orphans: delete
max_delete_percent: 10
max_replace_percent: 20
keep_replaced_days: 14
keep_removed_days: 30
quota: 500
quota_warn_percent: 80
idle_days: 100
idle_warn_days: 10
requests_per_minute: 60
settle_s: 30
price: {amount: 0.3, currency: CNY}
max_cost: 1.10
max_creates: 7
families: [cosyvoice]
ignore: [test_*, "*_old"]
listing: until_empty
"""
    settings = settings_of(tmp_path, text)
    assert settings == Settings(
        orphans=Orphans.DELETE,
        max_delete_percent=10,
        max_replace_percent=20,
        keep_replaced_days=14,
        keep_removed_days=30,
        quota=500,
        quota_warn_percent=80,
        idle_days=100,
        idle_warn_days=10,
        requests_per_minute=60,
        settle_s=30.0,
        price_amount=Decimal("0.3"),
        price_currency="CNY",
        max_cost=Decimal("1.1"),
        max_creates=7,
        families=("cosyvoice",),
        ignore=("test_*", "*_old"),
        listing=Listing.UNTIL_EMPTY,
    )
    unset = Settings()
    for field in dataclasses.fields(Settings):
        assert getattr(settings, field.name) != getattr(unset, field.name)


def test_an_environment_says_where_it_is(tmp_path):
    text = """\
quota: 500
environments:
  prod:
    endpoint: beijing
    api_key: DASHSCOPE_API_KEY_PROD
    workspace: ws-1
    manifests: [voices/*.yaml]
    lockfile: locks/prod.lock
    quota: 10
"""
    config = read(tmp_path, text)
    assert list(config.environments) == ["prod", "sandbox"]
    assert config.environment(None) == Environment(
        name="prod",
        endpoint="beijing",
        key_variable="DASHSCOPE_API_KEY_PROD",
        workspace="ws-1",
        manifests=("voices/*.yaml",),
        lockfile=tmp_path / "locks" / "prod.lock",
        state_dir=tmp_path / ".voiceops" / "prod",
        settings=Settings(quota=10),
    )
    assert config.environment("sandbox").settings == Settings(quota=500)


def test_an_environment_puts_its_settings_over_those_of_all(tmp_path):
    text = """\
price: {amount: 1, currency: CNY}
max_cost: 5
environments:
  a: {price: {amount: 0.1}, ignore: []}
  b: {price: {currency: EUR}, max_cost: 0}
  free: {price: {amount: 0}}
"""
    config = read(tmp_path, text)
    a, b = config.environment("a").settings, config.environment("b").settings
    assert (a.price_amount, a.price_currency, a.max_cost) == (Decimal("0.1"), "CNY", 5)
    assert (b.price_amount, b.price_currency, b.max_cost) == (Decimal(1), "EUR", 0)
    assert config.environment("free").settings.price_amount == 0


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("environments: {default: {}, b: {}}", ["b", "default", "sandbox"]),
        ("environments: {sandbox: {quota: 3}}", ["default", "sandbox"]),
        ("environments: {z: {}, a: {}}", ["a", "sandbox", "z"]),
    ],
)
def test_environments_are_sorted_by_name_and_hold_the_sandbox(tmp_path, text, names):
    assert list(read(tmp_path, text).environments) == names


def test_the_sandbox_can_have_settings_of_its_own(tmp_path):
    sandbox = read(tmp_path, "environments: {sandbox: {quota: 3}}").environment("sandbox")
    assert (sandbox.settings.quota, sandbox.endpoint) == (3, "sandbox")


def test_an_environment_in_the_sandbox_needs_no_key(tmp_path):
    staging = read(tmp_path, "environments: {staging: {endpoint: sandbox}}").environment("staging")
    assert (staging.endpoint, staging.key_variable) == ("sandbox", "")
    assert staging.lockfile == tmp_path / "voiceops.staging.lock"


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        (None, "there are several environments", "name one with --env: prod, sandbox, staging"),
        (
            "stagin",
            "there is no environment 'stagin'",
            "did you mean staging? the environments are prod, sandbox, staging",
        ),
        ("x", "there is no environment 'x'", "the environments are prod, sandbox, staging"),
    ],
)
def test_an_environment_that_is_not_clear_is_a_usage_fault(tmp_path, name, message, hint):
    config = read(tmp_path, "environments: {staging: {}, prod: {}}")
    with pytest.raises(UsageFault) as caught:
        config.environment(name)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("endpoint", "taken"),
    [
        ("singapore", "singapore"),
        ("Beijing", "beijing"),
        ("dashscope.aliyuncs.com", "dashscope.aliyuncs.com"),
        ("dashscope-intl.aliyuncs.com", "dashscope-intl.aliyuncs.com"),
        ("ws-1.ap-southeast-1.maas.aliyuncs.com", "ws-1.ap-southeast-1.maas.aliyuncs.com"),
    ],
)
def test_known_endpoints_and_hosts_are_taken(tmp_path, endpoint, taken):
    config = read(tmp_path, f"environments: {{a: {{endpoint: {endpoint}}}}}")
    assert config.environment(None).endpoint == taken


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        ("https://dashscope.aliyuncs.com", "is a URL, which voiceops.yaml cannot set"),
        ("http://u:p@127.0.0.1:80/", "is a URL, which voiceops.yaml cannot set"),
        ("dashscope.aliyuncs.com:443", "is a URL, which voiceops.yaml cannot set"),
        ("evil.example", "is 'evil.example', a host that the key may not be sent to"),
        (
            "maas.aliyuncs.com.evil.example",
            "is 'maas.aliyuncs.com.evil.example', a host that the key may not be sent to",
        ),
        ("maas.aliyuncs.com", "is 'maas.aliyuncs.com', a host that the key may not be sent to"),
        (
            "evilmaas.aliyuncs.com",
            "is 'evilmaas.aliyuncs.com', a host that the key may not be sent to",
        ),
        ("-.maas.aliyuncs.com", "is '-.maas.aliyuncs.com', a host that the key may not be sent to"),
        ("dashscope.aliyuncs.com.", "is 'dashscope.aliyuncs.com.', which is no endpoint"),
        ("singapur", "is 'singapur', which is no endpoint"),
        ("a b.maas.aliyuncs.com", "is 'a b.maas.aliyuncs.com', which is no endpoint"),
    ],
)
def test_the_repository_cannot_send_the_key_elsewhere(tmp_path, endpoint, message):
    text = f"environments:\n  a:\n    endpoint: '{endpoint}'\n"
    ((fault, _),) = faults_of(tmp_path, text)
    assert fault == f"voiceops.yaml:3:15: endpoint {message}"


def test_a_misspelled_endpoint_gets_a_suggestion(tmp_path):
    ((_, hint),) = faults_of(tmp_path, "environments: {a: {endpoint: singapur}}")
    assert hint == "did you mean singapore?"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("sk-0123456789abcdef", "api_key holds what looks like a key itself"),
        ("0123456789abcdef", "api_key is not the name of a variable that voiceops may read"),
        ("HOME", "api_key is not the name of a variable that voiceops may read"),
        ("AWS_SECRET_ACCESS_KEY", "api_key is not the name of a variable that voiceops may read"),
        ("dashscope_api_key", "api_key is not the name of a variable that voiceops may read"),
        ("12345678", "api_key must be text, not a whole number"),
    ],
)
def test_only_the_name_of_a_variable_is_taken_as_key_and_never_repeated(tmp_path, value, message):
    text = f"environments:\n  a:\n    api_key: {value}\n"
    ((fault, hint),) = faults_of(tmp_path, text)
    assert fault == f"voiceops.yaml:3:14: {message}"
    assert value not in hint


@pytest.mark.parametrize(
    "text",
    [
        "orphans: sk-0123456789abcdef",
        "sk-0123456789abcdef: 1",
        "sk-0123456789abcdef: 1\nsk-0123456789abcdef: 2",
        "environments: {a: {workspace: 'sk-0123456789abcdef.'}}",
        "environments: {a: {endpoint: sk-0123456789abcdef}}",
        "price: {currency: sk-0123456789abcdef}",
        "quota: sk-0123456789abcdef",
    ],
)
def test_a_key_in_the_wrong_place_is_not_repeated_either(tmp_path, text):
    assert "0123456789abcdef" not in str(faults_of(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "fault", "hint"),
    [
        ("orphan: keep", "1:1: unknown key 'orphan'", "did you mean orphans?"),
        (
            "orphans: remove",
            "1:10: orphans is 'remove', which it cannot be",
            "write 'keep' or 'delete'",
        ),
        ("listing: 3", "1:10: listing is '3', which it cannot be", None),
        (
            "max_delete_percent: 101",
            "1:21: max_delete_percent is 101; it must be at most 100",
            "write a smaller number",
        ),
        (
            "max_delete_percent: -1",
            "1:21: max_delete_percent is -1; it must be at least 0",
            "write a larger number",
        ),
        ("quota: 0", "1:8: quota is 0; it must be at least 1", "write a larger number"),
        ("quota: 10.5", "1:8: quota must be a whole number, not a number with a point", None),
        ("quota: true", "1:8: quota must be a whole number, not true or false", None),
        ("quota:", "1:7: quota has no value", "give it a value, or take the line out"),
        ("idle_days: 0", "1:12: idle_days is 0; it must be at least 1", "write a larger number"),
        (
            "idle_days: 99999",
            "1:12: idle_days is 99999; it must be at most 36,500",
            "write a smaller number",
        ),
        (
            "settle_s: 86401",
            "1:11: settle_s is 86401; it must be at most 86,400",
            "write a smaller number",
        ),
        ("settle_s: .nan", "1:11: settle_s must be a number", None),
        ("settle_s: '600'", "1:11: settle_s must be a number, not text", None),
        (
            "requests_per_minute: 6001",
            "1:22: requests_per_minute is 6001; it must be at most 6,000",
            "write a smaller number",
        ),
        (
            "max_cost: -0.1",
            "1:11: max_cost is -0.1; it must be at least 0",
            "write a larger number",
        ),
        ("max_cost: .inf", "1:11: max_cost must be a number", None),
        ("max_cost: '5'", "1:11: max_cost must be a number, not text", None),
        ("max_cost: true", "1:11: max_cost must be a number, not true or false", None),
        ("price: {amoun: 1}", "1:9: unknown key 'amoun'", "did you mean amount?"),
        (
            "price: {currency: usd}",
            "1:19: currency is 'usd', which is no currency",
            "write three capitals, like USD",
        ),
        ("ignore: test_*", "1:9: ignore must be a list, not text", None),
        ("ignore: ['']", "1:10: an item of ignore is empty", "write a text"),
        (
            "ignore: ['legacy[*']",
            "1:10: an item of ignore is 'legacy[*', which has a bracket that is not closed",
            "a glob has *, ? and [abc], as in legacy_*",
        ),
        (
            "endpoint: beijing",
            "1:1: endpoint cannot stand under voiceops.yaml",
            "put it under `environments:`, below the environment's name",
        ),
        ("[]", "1:1: voiceops.yaml must be a mapping, not a list", None),
        ("version: 0", "1:10: version is 0; it must be at least 1", "write a larger number"),
        ("version: '1'", "1:10: version must be a whole number, not text", None),
        ("version: 1.0", "1:10: version must be a whole number, not a number with a point", None),
        (
            "version: 2\nnew_key: 1",
            "1:10: version 2 is newer than this voiceops understands (1)",
            "upgrade voiceops: its package is voices-as-code",
        ),
        ("environments: [a]", "1:15: environments must be a mapping, not a list", None),
        ("environments: {a: }", "1:19: a must be a mapping, not nothing", None),
        ("environments: {a: {quotas: 1}}", "1:20: unknown key 'quotas'", "did you mean quota?"),
        ("environments: {a: {price: {amoun: 1}}}", "1:28: unknown key 'amoun'", None),
        (
            "environments: {Prod: {}}",
            "1:16: Prod cannot be an environment's name",
            "use at most 32 of a-z 0-9 _ -, and a letter or digit first",
        ),
        ("environments: {_a: {}}", "1:16: _a cannot be an environment's name", None),
        ("environments: {../a: {}}", "1:16: '../a' cannot be an environment's name", None),
        (
            "environments: {a: {workspace: 'a/b'}}",
            "1:31: workspace is 'a/b', which no workspace is called",
            None,
        ),
        ("environments: {a: {manifests: []}}", "1:31: manifests is an empty list", None),
        (
            "environments: {a: {manifests: [../*.yaml]}}",
            "1:32: an item of manifests holds '../*.yaml', which leaves the project",
            None,
        ),
        (
            "environments: {a: {lockfile: ../x.lock}}",
            "1:30: lockfile is '../x.lock', which is not a file of the project",
            "write a path below the project's folder, like voiceops.prod.lock",
        ),
        (
            "environments: {a: {lockfile: .git/x.lock}}",
            "1:30: lockfile is '.git/x.lock', which git does not keep",
            "write a path below the project's folder, like voiceops.prod.lock",
        ),
        (
            "environments: {a: {lockfile: sub/.GIT/x.lock}}",
            "1:30: lockfile is 'sub/.GIT/x.lock', which git does not keep",
            None,
        ),
        (
            "environments: {a: {lockfile: .voiceops/x.lock}}",
            "1:30: lockfile is '.voiceops/x.lock', which git does not keep",
            None,
        ),
        *(
            (
                f"environments: {{a: {{lockfile: {name}}}}}",
                f"1:30: lockfile is '{name}', which is not the name of a lockfile",
                None,
            )
            for name in (".gitattributes", "voiceops.yaml", "manifests/voices.yaml", ".lock")
        ),
        (
            f"environments: {{a: {{lockfile: {'é' * 99}.lock}}}}",
            f"1:30: lockfile is '{'é' * 60}…', with a name of more than 200 bytes",
            "choose a shorter one",
        ),
        (
            "environments: {a: {manifests: [.git/*]}}",
            "1:32: an item of manifests holds '.git/*', which leads into git's own folder",
            "name files that git keeps",
        ),
        (
            "environments: {a: {lockfile: /x}}",
            "1:30: lockfile is '/x', which is not a file of the project",
            None,
        ),
        (
            "environments: {a: {lockfile: .}}",
            "1:30: lockfile is '.', which is not a file of the project",
            None,
        ),
        (
            "environments: {sandbox: {endpoint: beijing}}",
            "1:26: the sandbox needs no endpoint",
            "take the line out, or rename the environment",
        ),
        (
            "environments: {sandbox: {api_key: DASHSCOPE_API_KEY}}",
            "1:26: the sandbox needs no api_key",
            "take the line out, or rename the environment",
        ),
        ("a: &x 1", "1:4: YAML anchors are not allowed", None),
    ],
)
def test_a_faulty_setting_is_reported_at_its_place(tmp_path, text, fault, hint):
    ((found, found_hint),) = faults_of(tmp_path, text)
    assert found == f"voiceops.yaml:{fault}"
    assert hint is None or found_hint == hint


def test_all_faults_are_reported_in_one_run(tmp_path):
    text = "quota: 0\nquota: 0\nprise: 1\nenvironments: {a: {settle_s: -1}}\n"
    assert [fault for fault, _ in faults_of(tmp_path, text)] == [
        "voiceops.yaml:1:1: 'quota' is there twice, again in line 2",
        "voiceops.yaml:1:8: quota is 0; it must be at least 1",
        "voiceops.yaml:2:1: 'quota' is there twice, first in line 1",
        "voiceops.yaml:3:1: unknown key 'prise'",
        "voiceops.yaml:4:30: settle_s is -1; it must be at least 0",
    ]


@pytest.mark.parametrize(
    ("text", "places", "names"),
    [
        (
            "environments: {a: {lockfile: x.lock}, b: {lockfile: ./X.lock}}",
            ["1:30", "1:53"],
            "a and b",
        ),
        ("environments: {a: {}, b: {lockfile: voiceops.a.lock}}", ["1:16", "1:37"], "a and b"),
        ("environments: {a: {lockfile: voiceops.sandbox.lock}}", ["1:30"], "a and sandbox"),
    ],
)
def test_environments_cannot_share_a_lockfile(tmp_path, text, places, names):
    assert faults_of(tmp_path, text) == [
        (
            f"voiceops.yaml:{place}: the environments {names} share a lockfile",
            "give each environment its own",
        )
        for place in places
    ]


def test_a_lockfile_stays_in_the_project_even_through_links(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (root / "out").symlink_to(tmp_path)
    assert faults_of(root, "environments: {a: {lockfile: out/x.lock}}") == [
        (
            "out/x.lock.emergency.jsonl:1:1: the link leads out of the project",
            "put the file or folder itself there",
        ),
        (
            "voiceops.yaml:1:30: out/x.lock: the link leads out of the project",
            "put the file or folder itself there",
        ),
    ]


@pytest.mark.parametrize(
    ("link", "target", "faults"),
    [
        ("voiceops.lock", "..", {"voiceops.lock": "the link leads out of the project"}),
        (
            "voiceops.lock.emergency.jsonl",
            "../nowhere",
            {"voiceops.lock.emergency.jsonl": "the link leads out of the project"},
        ),
        (
            ".voiceops",
            "../elsewhere",
            dict.fromkeys(
                (".voiceops/default", ".voiceops/sandbox"), "the link leads out of the project"
            ),
        ),
        (
            ".voiceops",
            ".git/hooks",
            dict.fromkeys(
                (".voiceops/default", ".voiceops/sandbox"), "the path leads into git's own folder"
            ),
        ),
        ("voiceops.lock", ".git/x", {"voiceops.lock": "the path leads into git's own folder"}),
    ],
)
def test_no_link_leads_what_is_written_out_of_the_project(tmp_path, link, target, faults):
    root = tmp_path / "project"
    root.mkdir()
    (root / link).symlink_to(target)
    with pytest.raises(FilesInvalid) as caught:
        read_config(root)
    told = {fault.place.path: fault.message for fault in caught.value.faults}
    assert told == faults


def test_links_that_stay_in_the_project_are_followed(tmp_path):
    (tmp_path / "voiceops.lock").symlink_to("locks/main.lock")
    assert read_config(tmp_path).environment(None).lockfile == tmp_path / "voiceops.lock"


def test_a_file_that_ends_in_yml_is_not_silently_ignored(tmp_path):
    (tmp_path / "voiceops.yml").write_text("orphans: delete")
    with pytest.raises(FilesInvalid) as caught:
        read_config(tmp_path)
    (fault,) = caught.value.faults
    assert str(fault) == "voiceops.yml:1:1: this file is not read"
    assert fault.hint == "call it voiceops.yaml"


def test_a_folder_in_the_files_place_is_reported(tmp_path):
    (tmp_path / "voiceops.yaml").mkdir()
    with pytest.raises(FilesInvalid, match=r"voiceops\.yaml:1:1: this is a folder, not a file"):
        read_config(tmp_path)


def test_settings_outside_the_project_are_not_read_through_a_link(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "other.yaml").write_text("quota: 1")
    (root / "voiceops.yaml").symlink_to(tmp_path / "other.yaml")
    with pytest.raises(
        FilesInvalid, match=r"voiceops\.yaml:1:1: the link leads out of the project"
    ):
        read_config(root)


def test_the_schema_is_the_same_each_time_and_knows_every_setting():
    schema = config_schema()
    assert json.dumps(schema) == json.dumps(config_schema())
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "voiceops settings"
    assert '"null"' not in json.dumps(schema)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    flat = {field.name for field in dataclasses.fields(Settings)} - {
        "price_amount",
        "price_currency",
    }
    assert set(properties) == flat | {"price", "version", "environments"}


SETTINGS_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["environments", "a", "price", "amount", "lockfile", "endpoint", "sandbox", "quota"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=100),
        SETTINGS_JSON.map(lambda value: json.dumps(value).encode()),
        SETTINGS_JSON.map(lambda value: json.dumps({"environments": value}).encode()),
    )
)
def test_any_bytes_give_settings_or_faults_inside_the_file(tmp_path_factory, data):
    try:
        config = parse_config(data, root=tmp_path_factory.getbasetemp())
    except FilesInvalid as error:
        faults = error.faults
    else:
        assert list(config.environments) == sorted(config.environments)
        assert "sandbox" in config.environments
        return
    assert faults
    assert {fault.place.path for fault in faults} == {"voiceops.yaml"}
