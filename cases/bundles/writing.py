"""The files of a bundle, written one by one and noted for the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cases.bundles.manifest import FileFacts
from cases.bundles.slices import Slice, Span, write_slice
from cases.files import write_private
from domain.digests import canonical_json

_HERE = Path(__file__).parent
_LANGUAGES = ("en", "kk", "ru")


class BundleWriter:
    """Writes into ``folder``, which nobody else writes into. ``files`` are those written so far."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files: list[FileFacts] = []

    def add(self, name: str, data: bytes) -> None:
        size, digest = write_private(self._below(name), [data])
        self.files.append(FileFacts(name, size, digest))

    def add_json(self, name: str, value: Any) -> None:
        self.add(f"record/{name}.json", canonical_json(value))

    def add_slice(self, root: Path, source: str, spans: Sequence[Span]) -> Slice:
        """See ``write_slice``."""
        made = write_slice(root, source, spans, self._below("warc/x").parent)
        self.files.append(FileFacts(made.file, made.size, made.sha256))
        return made

    def add_guides(self) -> None:
        """The verifier, and what it all is in three languages."""
        self.add("verify.py", (_HERE / "verifier.py").read_bytes())
        for language in _LANGUAGES:
            name = f"README.{language}.txt"
            self.add(name, (_HERE / "readme" / name).read_bytes())

    def _below(self, name: str) -> Path:
        path = self._folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        return path
