"""What a format wrote, as those read it who know the format."""

from __future__ import annotations

import csv
import io
import json

import dns.name
import dns.rdatatype
import dns.zone
import stix2
from lxml import etree
from pymisp import MISPEvent
from stix2patterns.v21.pattern import Pattern
from xarf import XARFReport, parse

from blocking.entries import Entry
from blocking.exporters import FORMATS, Format
from blocking.exporters.register_xml import NAMESPACE, SCHEMA
from tests.blocking.making import INFO

XSD = etree.XMLSchema(etree.parse(SCHEMA))


def literals(pattern: str) -> list[str]:
    """What a pattern compares with, as a reader of the specification's grammar finds it."""
    data = Pattern(pattern).inspect()
    found = [value for told in data.comparisons.values() for _, _, value in told]
    return [value[1:-1].replace("\\'", "'").replace("\\\\", "\\") for value in found]


def report_of(line: str) -> XARFReport:
    """A report, as the library of those who keep the format takes it."""
    result = parse(line)
    assert (result.errors, result.report is None) == ([], False)
    return result.report


def written(fmt: Format | str, entries: list[Entry]) -> bytes:
    fmt = FORMATS[fmt] if isinstance(fmt, str) else fmt
    taken = [e for e in entries if not fmt.leaves_out(e, INFO)]
    return b"".join(fmt.write(iter(taken), INFO))


def records(name: str, data: bytes) -> list[object]:
    """The records of a file as a reader of its format counts them."""
    match name:
        case "json":
            return [json.loads(line) for line in data.splitlines()]
        case "csv":
            return list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        case "xml":
            tree = etree.fromstring(data)
            XSD.assertValid(tree)
            kinds = ("url", "domain", "ip", "onion", "telegram")
            return [e for kind in kinds for e in tree.iter(f"{{{NAMESPACE}}}{kind}")]
        case "rpz" | "rpz-passthru":
            zone = dns.zone.from_text(data.decode(), relativize=True, check_origin=False)
            return [str(n) for n, _, _ in zone.iterate_rdatas(dns.rdatatype.CNAME)]
        case "domains" | "urls":
            return [line for line in data.decode().splitlines() if not line.startswith("#")]
        case "hosts":
            lines = [line for line in data.decode().splitlines() if not line.startswith("#")]
            assert all(line.startswith("0.0.0.0 ") for line in lines)
            return [line.removeprefix("0.0.0.0 ") for line in lines]
        case "adblock":
            first, *lines = data.decode().splitlines()
            assert first == "[Adblock Plus 2.0]"
            return [line for line in lines if not line.startswith("!")]
        case "telegram":
            return json.loads(data)["notices"]
        case "stix":
            bundle = stix2.parse(data.decode())
            assert [o["type"] for o in bundle.objects[:1]] == ["identity"]
            return bundle.objects[1:]
        case "xarf":
            return [report_of(line) for line in data.decode().splitlines()]
        case "misp":
            event = MISPEvent()
            event.load(data.decode())
            return [*event.attributes, *event.objects]
    raise AssertionError(name)
