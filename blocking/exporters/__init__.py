"""The formats. To add one: write its file, and name it in the one tuple below."""

from __future__ import annotations

from collections.abc import Iterable

from blocking.exporters import (
    adblock,
    domains,
    hosts,
    misp,
    register_csv,
    register_xml,
    requests_json,
    rpz,
    rpz_passthru,
    stix,
    telegram,
    urls,
    xarf,
)
from blocking.exporters.format import ExportInfo, Format
from domain.errors import InputError

__all__ = ["FORMATS", "ExportInfo", "Format", "formats_of"]

_ALL = (
    requests_json, register_csv, register_xml, rpz, rpz_passthru, domains, hosts, adblock, urls,
    telegram, stix, misp, xarf,
)  # fmt: skip
FORMATS: dict[str, Format] = {module.FORMAT.name: module.FORMAT for module in _ALL}


def formats_of(names: Iterable[str]) -> tuple[Format, ...]:
    """The formats called ``names`` and those that they need beside them, in a fixed order.

    Raises InputError for a name that is none, naming those that there are.
    """
    wanted = set(names)
    if unknown := wanted - set(FORMATS):
        raise InputError(f"no format is called {sorted(unknown)[0]!r}: {', '.join(FORMATS)}")
    for name in tuple(wanted):
        wanted.update(FORMATS[name].needs)
    return tuple(fmt for name, fmt in FORMATS.items() if name in wanted)
