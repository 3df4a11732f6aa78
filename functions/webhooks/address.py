"""Which addresses a webhook may go to: the public internet, over https."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_URL = 2000
PORTS = frozenset({443, 8443})

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
# What a lax resolver reads as an address: 127.1, 0x7f000001, 2130706433.
_NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
# The part of IPv6 in use, but for Teredo and 6to4, which carry an IPv4 address inside, and
# a block for examples that older releases of Python do not know.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NOT_GLOBAL = tuple(map(ipaddress.ip_network, ("2001::/32", "2002::/16", "3fff::/20")))
# Public by the registry, but no address of a single machine.
_RELAY = ipaddress.IPv4Network("192.88.99.0/24")

Resolve = Callable[[str, int], Sequence[str]]


class AddressRefused(ValueError):
    """A webhook does not go there; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: where to connect, and what to ask for there."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def parse_url(url: str, *, local: bool = False) -> Target:
    """The target of a URL. Raises AddressRefused.

    local: http, loopback and any port are allowed, for a stack on one machine.
    """
    if len(url) > MAX_URL or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise AddressRefused("not a URL")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise AddressRefused("not a URL") from None
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise AddressRefused("not https")
    if "@" in parts.netloc or "#" in url:
        raise AddressRefused("a user or a fragment stands in it")
    secure = parts.scheme == "https"
    port = (443 if secure else 80) if port is None else port
    if not local and port not in PORTS:
        raise AddressRefused("ports are 443 and 8443")
    _check_host(host, local=local)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port, path)


def addresses(target: Target, resolve: Resolve, *, local: bool = False) -> Sequence[str]:
    """Addresses to connect to, from one lookup. Raises AddressRefused when one of them is
    not public: a name that leads inside, even now and then, leads nowhere. Raises OSError
    when the name has none."""
    found = resolve(target.host, target.port)
    if not found:
        raise OSError("no address")
    for each in found:
        if not _allowed(each, local=local):
            raise AddressRefused("not on the public internet")
    return found


def is_public(address: str) -> bool:
    """Whether an address is one machine on the public internet.

    Not so: private, loopback, link-local, shared (carrier-grade NAT), multicast, reserved,
    unspecified, and IPv6 forms that carry an IPv4 address inside.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip not in _RELAY
    inside = any(ip in each for each in _NOT_GLOBAL)
    return ip.scope_id is None and ip in _GLOBAL_UNICAST and not inside


def _check_host(host: str, *, local: bool) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _HOST.fullmatch(host) or _NUMBER.fullmatch(host):
            raise AddressRefused("not a name of a host") from None
        if not local and ("." not in host or host.endswith(".localhost")):
            raise AddressRefused("not a name on the public internet") from None
        return
    if not _allowed(host, local=local):
        raise AddressRefused("not on the public internet")


def _allowed(address: str, *, local: bool) -> bool:
    if not local:
        return is_public(address)
    try:
        return is_public(address) or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
