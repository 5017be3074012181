"""The engine at scale: an Elasticsearch of the operator's own, through its official client."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from domain.errors import IndexingError
from index import elastic_bodies as bodies
from index.engine import FACETS, MAX_WINDOW, VERSION, Entry, Health, Page, Query, too_many
from index.marking import Marker
from index.queries import needles, parse
from index.sources import cleaned, from_source

NAME = "narcowatch"
_BULK_BYTES, _BULK_LINES = 5_000_000, 1000
_TIMEOUT_S = 30.0
_ATTEMPTS = 4
_MAY_PASS = frozenset({429, 502, 503, 504})


class ElasticEngine:
    """The index ``name`` of the Elasticsearch at ``url``, made when it is not there.

    ``url`` may carry ``user:password@``. ``anew`` removes what is there first; ``pause`` waits
    between attempts, the seconds double each time. Raises IndexingError when the server does
    not answer, refuses, or holds an index of another version.
    """

    def __init__(
        self,
        url: str,
        name: str = NAME,
        *,
        anew: bool = False,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(url)
        self._where = f"{name} at {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._name, self._pause = name, pause
        self._client = Elasticsearch(
            self._where.partition(" at ")[2],
            basic_auth=(unquote(parts.username), unquote(parts.password or ""))
            if parts.username
            else None,
            request_timeout=_TIMEOUT_S,
            max_retries=2,
            retry_on_timeout=True,
        )
        try:
            with self._doing("open"):
                self.generation = self._opened(anew)
        except BaseException:
            self._client.close()
            raise

    def put(self, entries: Iterable[Entry]) -> int:
        number = 0

        def lines() -> Iterator[bytes]:
            nonlocal number
            for entry in entries:
                number += 1
                yield bodies.put_lines(cleaned(entry))

        self._bulk("write to", lines())
        return number

    def delete(self, ids: Iterable[str]) -> None:
        self._bulk("delete from", map(bodies.delete_line, ids))

    def search(self, query: Query) -> Page:
        body = bodies.search_body(query)
        with self._doing("search"):
            answer = self._client.search(index=self._name, body=body)
        marker = Marker(needles(parse(query.text)))
        return Page(
            hits=tuple(
                marker.hit(from_source(hit["_source"]), float(hit["_score"] or 0.0))
                for hit in answer["hits"]["hits"]
            ),
            total=int(answer["hits"]["total"]["value"]),
            facets={
                name: {
                    bucket["key"]: bucket["doc_count"]
                    for bucket in answer["aggregations"][name]["buckets"]
                }
                for name in FACETS
            },
        )

    def matches(self, query: Query) -> dict[str, int]:
        body = bodies.matches_body(query)
        with self._doing("search"):
            answer = self._client.search(index=self._name, body=body)
        total = int(answer["hits"]["total"]["value"])
        if total > MAX_WINDOW:
            raise too_many(total)
        return {hit["_id"]: int(hit["_source"]["case_id"]) for hit in answer["hits"]["hits"]}

    def count(self) -> int:
        with self._doing("count"):
            return int(self._client.count(index=self._name)["count"])

    def healthy(self) -> Health:
        try:
            with self._doing("ask"):
                status = str(self._client.cluster.health(index=self._name)["status"])
            entries = self.count()
        except IndexingError as error:
            return Health(ok=False, detail=str(error))
        detail = f"{entries} entries in {self._where}, status {status}"
        return Health(ok=status in {"green", "yellow"}, detail=detail)

    def remove(self) -> None:
        """Remove the whole index."""
        with self._doing("remove"):
            self._client.indices.delete(index=self._name, ignore_unavailable=True)

    def close(self) -> None:
        self._client.close()

    def _opened(self, anew: bool) -> str:
        indices = self._client.indices
        if anew:
            self.remove()
        if not indices.exists(index=self._name):
            body = bodies.index_body(uuid.uuid4().hex)
            try:
                indices.create(index=self._name, body=body)
            except ApiError as error:
                if error.error != "resource_already_exists_exception":  # another process was first
                    raise
        meta = indices.get_mapping(index=self._name)[self._name]["mappings"].get("_meta", {})
        if meta.get("version") != VERSION:
            raise IndexingError(
                f"cannot open the index {self._where}: it is of version {meta.get('version')}, this"
                f" program writes {VERSION}; `narcowatch index rebuild` makes it anew",
                permanent=True,
            )
        return str(meta["generation"])

    def _bulk(self, what: str, lines: Iterable[bytes]) -> None:
        """Send all lines and wait until searches see them; nothing is dropped when one fails."""
        for batch in bodies.batches(lines, _BULK_BYTES, _BULK_LINES):
            self._send(what, batch)
        with self._doing(what):
            self._client.indices.refresh(index=self._name)

    def _send(self, what: str, batch: list[bytes]) -> None:
        """One batch; lines that the server has no room for now are sent again, alone."""
        for attempt in range(_ATTEMPTS):
            with self._doing(what):
                lines: Sequence[Any] = batch  # bytes go through as they are
                answer = self._client.bulk(index=self._name, operations=lines)
            results = [next(iter(item.values())) for item in answer["items"]]
            failed = [
                (line, result)
                for line, result in zip(batch, results, strict=True)
                if result["status"] >= 300 and not _is_gone(result)
            ]
            refused = [result for _, result in failed if result["status"] not in _MAY_PASS]
            if refused:
                raise self._refused(what, refused)
            if not failed:
                return
            batch = [line for line, _ in failed]
            self._pause(2.0**attempt)
        raise IndexingError(
            f"cannot {what} the index {self._where}: {len(batch)} lines had no room"
        )

    def _refused(self, what: str, refused: list[Mapping[str, Any]]) -> IndexingError:
        first = refused[0]
        why = first.get("error", {}).get("reason", first["status"])
        return IndexingError(
            f"cannot {what} the index {self._where}: {len(refused)} entries were refused, the first"
            f" is {first.get('_id')}: {why}",
            permanent=True,
        )

    @contextmanager
    def _doing(self, what: str) -> Iterator[None]:
        """The client's errors in the house's words."""
        try:
            yield
        except ApiError as error:
            raise IndexingError(
                f"cannot {what} the index {self._where}: {error.message} ({error.status_code})",
                permanent=error.status_code not in _MAY_PASS,
            ) from error
        except TransportError as error:
            raise IndexingError(
                f"cannot {what} the index {self._where}: {error.message}"
            ) from error


def _is_gone(result: Mapping[str, Any]) -> bool:
    return bool(result["status"] == 404 and result.get("result") == "not_found")
