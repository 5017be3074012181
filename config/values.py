"""Kinds of values that settings have, each checked where it is written down."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

_HOST_PATTERN = re.compile(
    r"(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?"
)
SHORTEST_SECRET = 50
_CRON_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_CRON_FIELDS = ("minute", "hour", "day of month", "month", "day of week")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CRON_PART = re.compile(r"(\*|\d+(-\d+)?)(/[1-9]\d*)?")


def _url(value: str, schemes: tuple[str, ...], what: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"must be {what}")
    return value


def _http_url(value: str) -> str:
    return _url(value, ("http", "https"), "an http:// or https:// URL")


def _service_url(value: str) -> str:
    return value and _url(value, ("http", "https"), "empty, or an http:// or https:// URL")


def _proxy_url(value: str) -> str:
    schemes = ("http", "https", "socks5", "socks5h")
    what = "empty, or an http://, https://, socks5:// or socks5h:// URL"
    return value and _url(value, schemes, what)


def _database_url(value: str) -> str:
    if not value or value.startswith("sqlite:///"):
        return value
    if _url(value, ("postgresql",), "empty, sqlite:///PATH or postgresql://USER@HOST/NAME") and (
        len(urlsplit(value).path) < 2
    ):
        raise ValueError("must name the database: postgresql://USER@HOST/NAME")
    return value


def _host_port(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError("must be HOST:PORT, for instance 127.0.0.1:9050")
    return value


def _host_port_or_empty(value: str) -> str:
    return value and _host_port(value)


def _listed(value: Any) -> Any:
    """One value stands for a list of itself."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise ValueError("must name at least one")
    return values


def _address(value: str) -> str:
    """``ip``, ``ip:port`` or ``[ipv6]:port``."""
    host, port = value, "1"
    if value.startswith("["):
        host, closed, rest = value[1:].partition("]")
        port = rest.removeprefix(":") if rest or not closed else "1"
    elif value.count(":") == 1:
        host, _, port = value.partition(":")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        port = ""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError('must be an address, "ip" or "ip:port"')
    return value


def _host_pattern(value: str) -> str:
    if not _HOST_PATTERN.fullmatch(value):
        raise ValueError("must be a host name in lower case, or *.name for all names below it")
    return value


def _cidr(value: str) -> str:
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise ValueError(f"must be a network such as 127.0.0.0/8 ({error})") from None
    return value


def _clock_time(value: str) -> str:
    if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError("must be empty, or a time of day such as 06:30")
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone of the IANA database, such as Asia/Almaty") from None
    return value


def _cron(value: str) -> str:
    fields = value.lower().split()
    if len(fields) != len(_CRON_FIELDS):
        raise ValueError(f"must have five fields: {', '.join(_CRON_FIELDS)}")
    for field, name, bounds in zip(fields, _CRON_FIELDS, _CRON_RANGES, strict=True):
        for part in field.split(","):
            _cron_part(part, name, bounds)
    return value


def _cron_part(part: str, name: str, bounds: tuple[int, int]) -> None:
    text = part
    if name == "day of week":
        # 0 is Sunday to cron and Monday to APScheduler; names mean one day to everybody.
        if re.search(r"\d", part.partition("/")[0]):
            raise ValueError(
                f"{name}: {part!r} is a number; write mon, tue, wed, thu, fri, sat, sun"
            )
        text = re.sub("|".join(_DAYS), lambda day: str(_DAYS.index(day[0])), part)
    if not _CRON_PART.fullmatch(text):
        raise ValueError(f"{name}: {part!r} is no *, value or range, with or without /step")
    numbers = [int(number) for number in re.findall(r"\d+", text.partition("/")[0])]
    if numbers != sorted(numbers) or any(not bounds[0] <= n <= bounds[1] for n in numbers):
        raise ValueError(f"{name}: {part!r} is not within {bounds[0]}-{bounds[1]}, low end first")


def _path(value: Path) -> Path:
    if not value.is_absolute() or "\0" in str(value):
        raise ValueError("must be a path")
    return value


def _secret(value: str) -> str:
    if value and len(value) < SHORTEST_SECRET:
        raise ValueError(f"must have at least {SHORTEST_SECRET} characters")
    return value


def _api_hash(value: str) -> str:
    if value and not re.fullmatch(r"[0-9a-f]{32}", value):
        raise ValueError("must have 32 characters 0-9 and a-f")
    return value


def _header_value(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise ValueError("must be printable ASCII on one line")
    return value


HttpUrl = Annotated[str, AfterValidator(_http_url)]
ServiceUrl = Annotated[str, AfterValidator(_service_url)]
ProxyUrl = Annotated[str, AfterValidator(_proxy_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
HostPort = Annotated[str, AfterValidator(_host_port)]
HostPortOrEmpty = Annotated[str, AfterValidator(_host_port_or_empty)]
HostPorts = Annotated[tuple[HostPort, ...], BeforeValidator(_listed), AfterValidator(_some)]
Address = Annotated[str, AfterValidator(_address)]
HostPattern = Annotated[str, AfterValidator(_host_pattern)]
Cidr = Annotated[str, AfterValidator(_cidr)]
ClockTime = Annotated[str, AfterValidator(_clock_time)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Cron = Annotated[str, AfterValidator(_cron)]
Secret = Annotated[str, AfterValidator(_secret), Field(repr=False)]
AccountsKey = Annotated[str, Field(repr=False)]
ApiHash = Annotated[str, AfterValidator(_api_hash), Field(repr=False)]
AbsolutePath = Annotated[Path, AfterValidator(_path)]
HeaderValue = Annotated[str, AfterValidator(_header_value)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
