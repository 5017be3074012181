"""The written files under the eyes of those who know their formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]

from blocking.entries import BY_NAME, Entry
from blocking.exporters import rpz, rpz_passthru
from blocking.exporters.format import ExportInfo
from blocking.exporters.register_xml import FORMAT as XML
from blocking.exporters.register_xml import SCHEMA
from blocking.findings import Code, Finding
from blocking.zonecheck import Zone, ZoneReport, check_zones


def check_files(
    folder: Path, entries: Sequence[Entry], info: ExportInfo, canaries: Iterable[str]
) -> ZoneReport:
    """Hold the files in ``folder`` against their formats: the zones in named-checkzone and in
    Unbound, the register against its schema."""
    findings: list[Finding] = []
    unchecked: tuple[str, ...] = ()
    if (path := folder / rpz.FORMAT.filename).is_file():
        zones = [
            Zone(rpz_passthru.zone_name(info), folder / rpz_passthru.FORMAT.filename),
            Zone(info.zone, path),
        ]
        blocked = [
            (name, entry.subdomains)
            for entry in entries
            if entry.scope in BY_NAME and not rpz.leaves_out(entry, info)
            for name in ((entry.host,) if entry.subdomains else entry.names)
        ]
        report = check_zones(zones, blocked, canaries)
        findings.extend(report.findings)
        unchecked = report.unchecked
    for name in (XML.filename, XML.delta_name):
        if (path := folder / name).is_file():
            findings.extend(schema_findings(path))
    return ZoneReport(tuple(findings), unchecked)


def schema_findings(path: Path) -> Iterator[Finding]:
    """What in a register does not follow the schema; read as a stream."""
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    try:
        with path.open("rb") as stream:
            for _, element in etree.iterparse(
                stream, schema=schema, resolve_entities=False, no_network=True
            ):
                element.clear(keep_tail=True)
    except etree.XMLSyntaxError as error:
        yield Finding(Code.SCHEMA, path.name, f"does not follow the schema: {error}")
