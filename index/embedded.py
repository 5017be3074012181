"""The embedded engine: tantivy in a folder of its own. Many may read, one process writes."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from domain.errors import IndexingError
from index.embedded_query import compiled
from index.engine import FACETS, MAX_WINDOW, VERSION, Entry, Health, Page, Query, too_many
from index.marking import Marker
from index.queries import EVERYTHING, needles, parse
from index.sources import cleaned, from_source, to_source
from index.terms import field_texts, folded

_WORDS = "words"
_HEAP = 64_000_000
_FORMAT = "format.json"
_FACET_VALUES = 100
_BETWEEN_TRIES_S = 0.05
_FACET_REQUEST = {name: {"terms": {"field": name, "size": _FACET_VALUES}} for name in FACETS}
_DAMAGED = "it is damaged or of another version; `narcowatch index rebuild` makes it anew"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("id", "case"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("text", "title"):
        for field in (name, f"{name}_stem", f"{name}_kk"):
            builder.add_text_field(field, tokenizer_name=_WORDS)
    builder.add_text_field("place", tokenizer_name=_WORDS)
    builder.add_date_field("date", indexed=True, fast=True)
    builder.add_bytes_field("source", stored=True)
    return builder.build()


class _Busy(IndexingError):
    """Another process holds the lock."""


class EmbeddedEngine:
    """An index in ``folder``, made when it is not there.

    A write waits ``patience_s`` for another process to end its own. Raises IndexingError when
    the folder cannot be read, or holds an index of another version.
    """

    def __init__(self, folder: Path, *, patience_s: float = 2.0) -> None:
        self._folder, self._patience_s = folder, patience_s
        self._schema = _schema()
        with self._doing("open"):
            self.generation = _generation(folder)
            segments = folder / "segments"
            segments.mkdir(mode=0o700, exist_ok=True)
            self._index = tantivy.Index(self._schema, str(segments))
        words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer(_WORDS, words)

    def put(self, entries: Iterable[Entry]) -> int:
        number = 0
        with self._writer("write to") as writer:
            for entry in entries:
                document = _document(cleaned(entry))
                with self._doing("write to"):
                    writer.delete_documents_by_term("id", entry.id)
                    writer.add_document(document)
                number += 1
        return number

    def delete(self, ids: Iterable[str]) -> None:
        with self._writer("delete from") as writer:
            for one in ids:
                writer.delete_documents_by_term("id", one)

    def search(self, query: Query) -> Page:
        node = parse(query.text)
        query_ = compiled(self._schema, node, query.filters, query.hidden)
        with self._doing("search"):
            self._index.reload()
            searcher = self._index.searcher()
            found = searcher.search(
                query_,
                limit=query.limit,
                offset=query.offset,
                order_by_field="date" if node == EVERYTHING else None,
            )
            hits = [
                (0.0 if node == EVERYTHING else float(score), searcher.doc(address))
                for score, address in found.hits
            ]
            facets = searcher.aggregate(query_, _FACET_REQUEST)
        marker = Marker(needles(node))
        return Page(
            hits=tuple(
                marker.hit(from_source(json.loads(document["source"][0])), score)
                for score, document in hits
            ),
            total=int(found.count),  # type: ignore[attr-defined] # the stubs lack it
            facets={
                name: {bucket["key"]: bucket["doc_count"] for bucket in facets[name]["buckets"]}
                for name in FACETS
            },
        )

    def matches(self, query: Query) -> dict[str, int]:
        query_ = compiled(self._schema, parse(query.text), query.filters, query.hidden)
        with self._doing("search"):
            self._index.reload()
            searcher = self._index.searcher()
            found = searcher.search(query_, limit=MAX_WINDOW)
            total = int(found.count)  # type: ignore[attr-defined] # the stubs lack it
            if total > MAX_WINDOW:
                raise too_many(total)
            documents = (searcher.doc(address) for _, address in found.hits)
            return {document["id"][0]: int(document["case"][0]) for document in documents}

    def count(self) -> int:
        with self._doing("count"):
            self._index.reload()
            return int(self._index.searcher().num_docs)

    def healthy(self) -> Health:
        try:
            detail = f"{self.count()} entries in {self._folder}"
        except IndexingError as error:
            return Health(ok=False, detail=str(error))
        try:
            with self._doing("write to"):
                self._index.writer(_HEAP, 1).wait_merging_threads()
        except IndexingError as error:
            return Health(ok=isinstance(error, _Busy), detail=f"{detail}; {error}")
        return Health(ok=True, detail=detail)

    def close(self) -> None:
        """Nothing is held between calls."""

    @contextmanager
    def _writer(self, what: str) -> Iterator[tantivy.IndexWriter]:
        """A writer that commits at the end, or changes nothing when something fails."""
        writer = self._patiently_opened(what)
        try:
            yield writer
            with self._doing(what):
                writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()

    def _patiently_opened(self, what: str) -> tantivy.IndexWriter:
        until = time.monotonic() + self._patience_s
        while True:
            try:
                with self._doing(what):
                    return self._index.writer(_HEAP, 1)
            except _Busy:
                if time.monotonic() >= until:
                    raise
                time.sleep(_BETWEEN_TRIES_S)

    @contextmanager
    def _doing(self, what: str) -> Iterator[None]:
        """Tantivy's errors, and the file system's, in the house's words."""
        try:
            yield
        except (ValueError, OSError, KeyError) as error:
            raise _as_indexing_error(what, self._folder, error) from error


def _document(entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", entry.id)
    document.add_text("case", str(entry.case_id))
    for name, values in (
        ("state", (entry.state,)),
        ("kind", (entry.kind,)),
        ("lang", (entry.lang,)),
        ("region", entry.regions),
        ("substance", entry.substances),
        ("role", (entry.role,) if entry.role else ()),
    ):
        for value in values:
            document.add_text(name, value)
    for name, text in (("text", entry.text), ("title", entry.title)):
        texts = field_texts(text)
        document.add_text(name, texts.plain)
        document.add_text(f"{name}_stem", texts.stem)
        document.add_text(f"{name}_kk", texts.kk)
    document.add_text("place", folded(f"{entry.target}\n{entry.url}"))
    document.add_date("date", entry.date)
    document.add_bytes("source", json.dumps(to_source(entry), ensure_ascii=False).encode())
    return document


def _generation(folder: Path) -> str:
    """The name in the folder's format file, which is written when there is none."""
    path = folder / _FORMAT
    if not path.exists():
        if (folder / "segments").exists():
            raise ValueError(f"{_FORMAT} is missing")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = folder / f"{_FORMAT}.{uuid.uuid4().hex}"
        written.write_text(json.dumps({"version": VERSION, "generation": uuid.uuid4().hex}))
        written.replace(path)
    match json.loads(path.read_text()):
        case {"version": int(version), "generation": str(name)} if version == VERSION:
            return name
        case {"version": version}:
            raise ValueError(f"{_FORMAT} is of version {version}, this program writes {VERSION}")
    raise ValueError(f"{_FORMAT} says no version")


def _as_indexing_error(what: str, folder: Path, error: Exception) -> IndexingError:
    text = str(error)
    if "LockBusy" in text:
        why = "another process is writing to it; try again when it has ended"
        return _Busy(f"cannot {what} the index in {folder}: {why}")
    if isinstance(error, OSError):
        return IndexingError(f"cannot {what} the index in {folder}: {text}")
    hint = f" ({_DAMAGED})" if what == "open" or "corrupt" in text.lower() else ""
    why = text.partition("\n")[0]
    return IndexingError(f"cannot {what} the index in {folder}: {why}{hint}", permanent=True)
