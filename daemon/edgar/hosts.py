"""Which hosts may be asked, and who asks. Pure; what is wrong is a ValueError, for the settings to report."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

TEMPLATE_USER_AGENT: Final = "Your Company you@example.com"
_EMAIL: Final = re.compile(r"[^\s@()<>,;]+@[^\s@()<>,;]+\.[A-Za-z]{2,}")
_WANTED: Final = 'a name and an e-mail address, as in "Your Company you@company.com": SEC refuses who does not say it'


def checked_user_agent(value: str) -> str:
    """https://www.sec.gov/os/accessing-edgar-data asks for a company's name and an administrator's address."""
    words = value.split()
    if not value.isascii() or not value.isprintable() or len(words) < 2 or not any(map(_EMAIL.search, words)):
        raise ValueError(f"{value!r} is not {_WANTED}")
    if value == TEMPLATE_USER_AGENT:
        raise ValueError("it is the template's own example: write your name and address")
    return value


def checked_host(value: str) -> str:
    """Encrypted, except to this machine itself."""
    parts = urlsplit(value)
    beside = parts.username or parts.query or parts.fragment or parts.path.strip("/")
    if parts.scheme not in {"https", "http"} or not parts.hostname or beside or _has_blanks(value):
        raise ValueError(f"{value!r} is not like https://www.sec.gov")
    _ = parts.port  # raises ValueError for what is no port
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(f"{value!r} is not encrypted: use https")
    return value.rstrip("/")


def _has_blanks(value: str) -> bool:
    return not value.isprintable() or " " in value


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def on_this_machine(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def same_host(url: str, base: str) -> bool:
    asked, allowed = urlsplit(url), urlsplit(base)
    return (asked.scheme, asked.hostname, asked.port) == (allowed.scheme, allowed.hostname, allowed.port)
