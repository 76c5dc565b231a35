from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.errors import EndpointRefused
from voiceops.provider.transport.endpoints import KNOWN_HOSTS, Endpoint, resolve_endpoint

SINGAPORE = "https://dashscope-intl.aliyuncs.com/api/v1"


@pytest.mark.parametrize(
    ("endpoint", "base_url"),
    [
        ("singapore", SINGAPORE),
        ("beijing", "https://dashscope.aliyuncs.com/api/v1"),
        ("dashscope.aliyuncs.com", "https://dashscope.aliyuncs.com/api/v1"),
        ("dashscope-intl.aliyuncs.com", SINGAPORE),
        (
            "ws-1.ap-southeast-1.maas.aliyuncs.com",
            "https://ws-1.ap-southeast-1.maas.aliyuncs.com/api/v1",
        ),
        ("x.maas.aliyuncs.com", "https://x.maas.aliyuncs.com/api/v1"),
    ],
)
def test_known_names_and_hosts_are_taken(endpoint: str, base_url: str) -> None:
    assert resolve_endpoint(endpoint, override=None) == Endpoint(base_url, endpoint)


@pytest.mark.parametrize(
    ("endpoint", "workspace", "host"),
    [
        ("beijing", "ws-1", "ws-1.cn-beijing.maas.aliyuncs.com"),
        ("singapore", "WS1", "ws1.ap-southeast-1.maas.aliyuncs.com"),
        ("singapore", "no_label", "dashscope-intl.aliyuncs.com"),
        ("dashscope.aliyuncs.com", "ws-1", "dashscope.aliyuncs.com"),
        ("singapore", None, "dashscope-intl.aliyuncs.com"),
    ],
)
def test_a_workspace_has_a_host_of_its_own(endpoint: str, workspace: str | None, host: str) -> None:
    found = resolve_endpoint(endpoint, override=None, workspace=workspace)
    assert found == Endpoint(f"https://{host}/api/v1", endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "evil.com",
        "evil.com/dashscope.aliyuncs.com",
        "dashscope.aliyuncs.com.evil.com",
        "dashscope.aliyuncs.com/../evil",
        "dashscope.aliyuncs.com:8443",
        "dashscope.aliyuncs.com.",
        "dashscope.aliyuncs.com\n",
        "dashscope.aliyuncs.com\n.maas.aliyuncs.com",
        "DASHSCOPE.aliyuncs.com",
        "Singapore",
        " singapore",
        "https://dashscope.aliyuncs.com",
        "x.maas.aliyuncs.com@evil.com",
        "evil.com#.maas.aliyuncs.com",
        "evil.com/.maas.aliyuncs.com",
        "evil.com?.maas.aliyuncs.com",
        "evil.com\\.maas.aliyuncs.com",
        "x.maas.aliyuncs.com.evil.com",
        "xmaas.aliyuncs.com",
        "maas.aliyuncs.com",
        ".maas.aliyuncs.com",
        "-x.maas.aliyuncs.com",
        "x..maas.aliyuncs.com",
        "ⅹ.maas.aliyuncs.com",
        "dаshscope.aliyuncs.com",
        "x.maas.aliyuncs.com.",
        "127.0.0.1",
        "localhost",
    ],
)
def test_any_other_endpoint_of_a_repository_is_refused(endpoint: str) -> None:
    with pytest.raises(EndpointRefused) as caught:
        resolve_endpoint(endpoint, override=None)
    assert caught.value.message == f"the key may not be sent to {endpoint!a}"
    assert caught.value.hint == "use singapore, beijing, or a host under maas.aliyuncs.com"


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text(max_size=10))
def test_nothing_around_an_allowed_host_gets_through(before: str, after: str) -> None:
    for host in ("dashscope.aliyuncs.com", "x.maas.aliyuncs.com"):
        try:
            found = resolve_endpoint(before + host + after, override=None)
        except EndpointRefused:
            continue
        host_part = found.base_url.removeprefix("https://").removesuffix("/api/v1")
        assert host_part in KNOWN_HOSTS.values() or host_part.endswith(".maas.aliyuncs.com")
        assert set(host_part) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


@pytest.mark.parametrize(
    ("override", "base_url"),
    [
        ("http://127.0.0.1:8000/api/v1", "http://127.0.0.1:8000/api/v1"),
        ("http://127.0.0.1:8000/api/v1/", "http://127.0.0.1:8000/api/v1"),
        ("http://127.9.9.9/api/v1", "http://127.9.9.9/api/v1"),
        ("http://localhost:1/api/v1", "http://localhost:1/api/v1"),
        ("http://LocalHost/api/v1", "http://localhost/api/v1"),
        ("http://[::1]:65535/api/v1", "http://[::1]:65535/api/v1"),
        ("HTTPS://Gateway.Example.com/team/api/v1", "https://gateway.example.com/team/api/v1"),
        ("  https://10.0.0.1/api/v1\n", "https://10.0.0.1/api/v1"),
    ],
)
def test_the_operator_may_override_the_address(override: str, base_url: str) -> None:
    found = resolve_endpoint("singapore", override=override)
    assert found == Endpoint(base_url, base_url, is_overridden=True)


@pytest.mark.parametrize("override", [None, "", "  "])
def test_a_blank_override_is_none(override: str | None) -> None:
    assert resolve_endpoint("singapore", override=override) == Endpoint(SINGAPORE, "singapore")


@pytest.mark.parametrize(
    ("override", "fault"),
    [
        ("http://example.com/api/v1", "would send the key unencrypted over the network"),
        ("http://127.0.0.1.example.com/api/v1", "would send the key unencrypted over the network"),
        ("http://127.1/api/v1", "would send the key unencrypted over the network"),
        ("http://2130706433/api/v1", "would send the key unencrypted over the network"),
        ("http://0.0.0.0/api/v1", "would send the key unencrypted over the network"),
        ("http://[::ffff:127.0.0.1]/api/v1", "would send the key unencrypted over the network"),
        ("http://localhost.evil.com/api/v1", "would send the key unencrypted over the network"),
        ("http://128.0.0.1/api/v1", "would send the key unencrypted over the network"),
        ("http://user:word@127.0.0.1/api/v1", "is not a plain http or https URL"),
        ("https://127.0.0.1@evil.com/api/v1", "is not a plain http or https URL"),
        ("https://host/api/v1?x=1", "is not a plain http or https URL"),
        ("https://host/api/v1#x", "is not a plain http or https URL"),
        ("https://host\\@evil/api/v1", "is not a plain http or https URL"),
        ("https://höst/api/v1", "is not a plain http or https URL"),
        ("https://host/%61pi/v1", "is not a plain http or https URL"),
        ("https:///api/v1", "is not a plain http or https URL"),
        ("https://a b/api/v1", "is not a plain http or https URL"),
        ("ftp://127.0.0.1/api/v1", "is not a plain http or https URL"),
        ("127.0.0.1/api/v1", "is not a plain http or https URL"),
        ("https://[::1/api/v1", "is not a plain http or https URL"),
        ("https://[:::]/api/v1", "has no valid address in its brackets"),
        ("https://host:0/api/v1", "has no valid port"),
        ("https://host:65536/api/v1", "has no valid port"),
        ("http://127.0.0.1:8000", "does not end in /api/v1"),
        ("https://host/api/v1/services", "does not end in /api/v1"),
    ],
)
def test_an_override_that_could_leak_the_key_is_refused(override: str, fault: str) -> None:
    with pytest.raises(EndpointRefused) as caught:
        resolve_endpoint("singapore", override=override)
    assert caught.value.message == f"DASHSCOPE_HTTP_BASE_URL {fault}"
    assert "https://HOST/api/v1" in caught.value.hint


@given(st.from_regex(r"\Ahttp://[a-z0-9.@:\[\]/-]{1,30}/api/v1\Z"))
def test_plain_http_reaches_nothing_but_this_machine(override: str) -> None:
    import httpx

    try:
        found = resolve_endpoint("singapore", override=override)
    except EndpointRefused:
        return
    host = httpx.URL(found.base_url).host
    assert host in {"localhost", "::1"} or host.startswith("127.")
