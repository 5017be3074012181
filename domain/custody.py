"""The custody record of a case: who took each item of evidence, when and how, and who had it since.

Pure: made from what the record holds. Times are those of the host's clock, which the record names
with what the kernel said of it when the file was begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.counting import counted
from domain.defang import defang, printable


@dataclass(frozen=True, slots=True)
class Origin:
    """What wrote a file of evidence: program and version, host, and the state of its clock.

    ``source`` is the file of the store that it is cut from, ``sealed`` its SHA-256 in the audit
    chain since the run's end, empty where it was not sealed yet.
    """

    file: str
    source: str
    software: str
    host: str
    clock: str
    sealed: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of evidence. ``taken_for`` is a person, or ``system:<stage>``; ``how`` says through
    which egress, and with which browser if one; ``kept_in`` is the file that an Origin speaks of.
    """

    name: str
    url: str
    sha256: str
    size: int
    taken_at: str
    taken_for: str
    how: str
    kept_in: str


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody had the evidence, or added to it: the audit event that says so."""

    seq: int
    at: str
    who: str
    what: str


def custody_text(
    title: str, items: Sequence[Item], origins: Sequence[Origin], accesses: Sequence[Access]
) -> str:
    """The record as people read it. Addresses are defanged, collected text is made printable."""
    lines = [f"CUSTODY RECORD: {title}", "", f"Items of evidence: {len(items)}"]
    for item in items:
        lines += [
            "",
            f"{item.name}  {defang(item.url)}",
            f"  sha256    {item.sha256} ({item.size} bytes)",
            f"  taken     {item.taken_at} for {item.taken_for}, {item.how}",
            f"  kept in   {item.kept_in}",
        ]
    lines += ["", f"Files they were written to: {len(origins)}"]
    for origin in origins:
        lines += [
            "",
            origin.file,
            f"  cut from    {origin.source}",
            f"  written by  {origin.software} on {origin.host}",
            f"  its clock   UTC, {origin.clock}",
            f"  sealed      {origin.sealed or 'not yet'}",
        ]
    events = counted(len(accesses), "event")
    lines += ["", f"Who had it since: {events} of the audit chain", ""]
    lines += [f"{one.at}  {one.who}: {one.what} (event {one.seq})" for one in accesses]
    return "".join(printable(line.replace("\n", " ")) + "\n" for line in lines)
