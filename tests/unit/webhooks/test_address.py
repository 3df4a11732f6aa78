"""Property: no webhook reaches a machine that is not on the public internet."""

from collections.abc import Sequence

import pytest

from functions.webhooks.address import (
    AddressRefused,
    Target,
    addresses,
    is_public,
    parse_url,
)

INSIDE = (
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
    "127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254", "169.254.170.2",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.2.3", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:a9fe:a9fe", "::10.0.0.1", "::7f00:1",
    "64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2002:a00:1::1", "2002:7f00:1::1", "2002:808:808::1",
    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "ff0e::1", "2606:4700::1111%eth0",
    "", "x", "1", "0x7f.1", "127.1",
)  # fmt: skip
OUTSIDE = (
    "1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.1", "172.15.255.255",
    "172.32.0.1", "192.167.255.255", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_inside(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_outside(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [each for each in INSIDE if each])
def test_an_address_inside_is_no_target_as_itself(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused):
        parse_url(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "https://", "https:///x", "http://example.com/", "ftp://example.com/",
        "file:///etc/passwd", "HTTPS//example.com", "https://user@example.com/",
        "https://user:pass@example.com/", "https://@example.com/", "https://example.com/#f",
        "https://example.com:80/", "https://example.com:22/", "https://example.com:x/",
        "https://example.com:99999/", "https://example.com:0/", "https://localhost/",
        "https://x.localhost/", "https://intranet/", "https://example.com./",
        "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/",
        "https://1.2.3.0x4/", "https://exa mple.com/", "https://example.com/ x",
        "https://example.com\\@10.0.0.1/", "https://example.com/\r\nHost: x", "https://ex\u00e4mple.com/",
        "https://example.com/\u00e4", "https://[::1/", "https://[fe80::1%25eth0]/", "https://-x.com/",
        "https://a_b.com/", "https://x..com/", "https://" + "a" * 2000 + ".com/",
    ],
)  # fmt: skip
def test_urls_that_lead_nowhere(url: str) -> None:
    with pytest.raises(AddressRefused):
        parse_url(url)


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://example.com", Target(True, "example.com", 443, "/"), "example.com"),
        ("https://EXAMPLE.com:8443/a?b=c", Target(True, "example.com", 8443, "/a?b=c"),
         "example.com:8443"),
        ("https://8.8.8.8/in", Target(True, "8.8.8.8", 443, "/in"), "8.8.8.8"),
        ("https://[2606:4700::1111]/", Target(True, "2606:4700::1111", 443, "/"),
         "[2606:4700::1111]"),
        ("https://xn--bcher-kva.example/", Target(True, "xn--bcher-kva.example", 443, "/"),
         "xn--bcher-kva.example"),
    ],
)  # fmt: skip
def test_urls_that_lead_out(url: str, target: Target, authority: str) -> None:
    assert parse_url(url) == target
    assert target.authority == authority


def test_a_stack_on_one_machine_may_call_itself_and_nothing_else_inside() -> None:
    assert parse_url("http://127.0.0.1:8080/x", local=True).port == 8080
    assert parse_url("http://localhost:1/", local=True).host == "localhost"
    for url in ("http://10.0.0.1/", "http://169.254.169.254/", "ftp://127.0.0.1/"):
        with pytest.raises(AddressRefused):
            parse_url(url, local=True)


def _answering(*found: str) -> Sequence[str]:
    target = Target(True, "example.com", 443, "/")
    return addresses(target, lambda host, port: found)


def test_a_name_is_only_as_good_as_its_worst_address() -> None:
    assert _answering("8.8.8.8", "1.1.1.1") == ("8.8.8.8", "1.1.1.1")
    for inside in INSIDE:
        with pytest.raises(AddressRefused):
            _answering("8.8.8.8", inside)
    with pytest.raises(OSError, match="no address"):
        _answering()
