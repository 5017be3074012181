"""The register as XML, after the schema of our own in ``schema/register.xsd``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from blocking.entries import Entry
from blocking.exporters.blocktypes import register_lines
from blocking.exporters.format import ExportInfo, Format, in_blocks, takes_all
from blocking.texts import one_line

NAMESPACE = "urn:narcowatch:register:1"
SCHEMA = Path(__file__).parent / "schema" / "register.xsd"


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """The whole document, one ``content`` element an entry."""
    return in_blocks(_pieces(entries, info))


def _pieces(entries: Iterable[Entry], info: ExportInfo) -> Iterator[str]:
    since = f' since="{info.since}"' if info.since is not None else ""
    previous = f" previousTime={_attr(info.previous_at)}" if info.previous_at else ""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<register xmlns="{NAMESPACE}" recipient={_attr(info.recipient)} number="{info.number}"'
        f" updateTime={_attr(info.as_of)}{previous}{since} unit={_attr(info.unit)}>\n"
    )
    for entry in entries:
        yield _content(entry)
    yield "</register>\n"


def _content(entry: Entry) -> str:
    decision = entry.decision
    return (
        f'<content id="{entry.id}" action="{entry.action}" includeTime={_attr(entry.valid_from)}'
        f" validUntil={_attr(entry.valid_until)} urgency={_attr(entry.urgency)}"
        f" territory={_attr(entry.territory)} category={_attr(entry.category)}>"
        f"<decision number={_attr(decision.number)} date={_attr(decision.date)}"
        f" org={_attr(decision.unit)}/>{''.join(_targets(entry))}</content>\n"
    )


def _targets(entry: Entry) -> Iterator[str]:
    if entry.telegram is not None:
        item = entry.telegram
        name = f' username="{item.username}"' if item.username else ""
        number = f' id="{item.numeric_id}"' if item.numeric_id is not None else ""
        posts = "".join(f"<post>{post}</post>" for post in item.posts)
        only = ' messagesOnly="true"' if item.messages_only else ""
        yield f"<telegram{name}{number}{only}>{posts}</telegram>"
        return
    for line in register_lines(entry):
        if line.url:
            yield f"<url>{escape(line.url)}</url>"
        elif line.domain:
            mask = "true" if line.block_type == "domain-mask" else "false"
            yield f'<domain subdomains="{mask}">{line.domain}</domain>'
        elif line.ip:
            yield f"<ip>{line.ip}</ip>"
        else:
            yield f"<onion>{line.onion}</onion>"


@lru_cache(4096)
def _attr(text: str) -> str:
    """A quoted attribute value; what is not printable (and may be no XML at all) is a space."""
    return quoteattr(one_line(text))


FORMAT = Format("xml", "register.xml", "application/xml", takes_all, write, deltas=True)
