"""The three lists together: what forbids a name or a URL, asked at every step of the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from blocking.findings import Code, Finding
from blocking.neverblock import NeverBlock, Protected, never_block, parse_protected
from blocking.platforms import Platforms, parse_platforms
from blocking.suffixes import Suffixes
from blocking.values import is_root
from domain.errors import InputError


@dataclass(frozen=True, slots=True)
class Protection:
    """Public suffixes, platforms and never-block names."""

    suffixes: Suffixes
    platforms: Platforms
    never: NeverBlock

    def with_names(self, entries: Iterable[Protected]) -> Protection:
        """These lists with more never-block names; the widest protection of a name holds."""
        more = [*entries]
        if not more:
            return self
        return replace(self, never=never_block([*self.never.names.values(), *more]))

    def shared(self, host: str) -> Finding | None:
        """Why ``host`` belongs to many and is never a host or domain entry, None when it may."""
        if self.suffixes.is_suffix(host):
            return Finding(
                Code.PUBLIC_SUFFIX, host, "is a public suffix: a block would hit every name below"
            )
        if platform := self.platforms.match(host):
            return Finding(
                Code.PLATFORM,
                host,
                f"is the platform {platform}: a block would hit everybody on it",
            )
        return None

    def host_findings(self, host: str) -> list[Finding]:
        """What forbids blocking ``host`` by name, whatever people say."""
        found = [finding] if (finding := self.shared(host)) else []
        if entry := self.never.match(host):
            found.append(Finding(Code.NEVER_BLOCK, host, f"is on the never-block list: {entry}"))
        return found

    def reason_findings(self, host: str) -> list[Finding]:
        """What needs a second person's written reason: a URL on a never-block name, or a host
        that looks like one."""
        if entry := self.never.match(host):
            return [Finding(Code.NEVER_BLOCK, host, f"is on the never-block list: {entry}")]
        if entry := self.never.imitates(host):
            return [Finding(Code.LOOK_ALIKE, host, f"looks like a protected name: {entry}")]
        return []

    def root_findings(self, url: str) -> list[Finding]:
        """A URL that stands for a whole shared or protected host."""
        host = urlsplit(url).hostname or ""
        if is_root(url) and (self.shared(host) or self.never.match(host)):
            message = "is the first page of a shared or protected host, not one page of it"
            return [Finding(Code.SHARED_ROOT, url, message)]
        return []


def load_protection(platforms: Path, folders: Sequence[Path]) -> Protection:
    """Read the lists: the platform file, and every ``*.toml`` of the never-block folders.

    Raises InputError naming a file that cannot be read or holds something wrong, and when no
    never-block file is there at all (an empty list would protect nobody, in silence).
    """
    files = [path for folder in folders for path in sorted(folder.glob("*.toml"))]
    entries = [entry for path in files for entry in parse_protected(_read(path), str(path))]
    if not entries:
        raise InputError(f"no never-block list in {', '.join(map(str, folders))}")
    return Protection(
        Suffixes(), parse_platforms(_read(platforms), str(platforms)), never_block(entries)
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"reading the list {path}: {error}") from error
