"""Public suffixes: names under which anybody registers, never a host or domain entry.

The list is Mozilla's Public Suffix List with its private section (github.io, pages.dev, …), as
packaged by ``publicsuffixlist``; a top-level name that it does not know counts as a suffix.
"""

from __future__ import annotations

from publicsuffixlist import PublicSuffixList


class Suffixes:
    """The list, read from the installed package when the object is made."""

    def __init__(self) -> None:
        self._list = PublicSuffixList(accept_unknown=True, only_icann=False)

    def is_suffix(self, host: str) -> bool:
        """Whether ``host`` itself is a public suffix."""
        return bool(self._list.publicsuffix(host) == host)

    def registrable(self, host: str) -> str:
        """The domain that ``host`` is registered under; "" for a suffix."""
        return str(self._list.privatesuffix(host) or "")
