"""How the Elasticsearch engine takes bad news: a server on loopback that answers as told.

It is no Elasticsearch and says nothing of searching; that is the contract suite's part.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from domain.errors import IndexingError, InputError
from index.elastic import ElasticEngine
from index.engine import VERSION, Query
from tests.index.samples import entry

META = {"narcowatch": {"mappings": {"_meta": {"version": VERSION, "generation": "g1"}}}}
Answer = tuple[int, dict[str, Any]]


class Server:
    """Answers by method and path; bulk requests go to ``on_bulk``."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.answers: dict[str, Answer] = {
            "HEAD /narcowatch": (200, {}),
            "GET /narcowatch/_mapping": (200, META),
            "POST /narcowatch/_refresh": (200, {}),
        }
        self.on_bulk: Callable[[list[dict[str, Any]]], Answer] = accepted
        self.bulks: list[list[dict[str, Any]]] = []
        self.seen: list[str] = []
        self.authorization: set[str | None] = set()

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        asked = f"{method} {path.partition('?')[0]}"
        self.seen.append(asked)
        if asked.endswith("/_bulk"):
            self.bulks.append([json.loads(line) for line in body.splitlines()])
            return self.on_bulk(self.bulks[-1])
        return self.answers.get(asked, (404, {"error": {"type": "none", "reason": asked}}))


def ids(lines: list[dict[str, Any]]) -> list[str]:
    return [line["index"]["_id"] for line in lines if "index" in line]


def accepted(lines: list[dict[str, Any]]) -> Answer:
    return 200, {"items": [{"index": {"_id": one, "status": 201}} for one in ids(lines)]}


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.authorization.add(self.headers.get("Authorization"))
            status, value = told.answer(self.command, self.path, body)
            out = b"" if self.command == "HEAD" else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=9")
            self.send_header("Content-Length", str(len(out)))
            self.end_headers()
            self.wfile.write(out)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do

        def log_message(self, *args: object) -> None:
            """Tests are quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    told = Server(http.server_port)
    thread = threading.Thread(target=http.serve_forever, args=(0.05,))
    thread.start()
    yield told
    http.shutdown()
    thread.join()
    http.server_close()


@contextmanager
def opened(server: Server) -> Iterator[ElasticEngine]:
    engine = ElasticEngine(server.url, pause=lambda seconds: None)
    try:
        yield engine
    finally:
        engine.close()


def test_entries_arrive_and_are_made_visible(server: Server) -> None:
    with opened(server) as engine:
        assert engine.generation == "g1"
        assert engine.put([entry("a", "слово"), entry("b", "слово")]) == 2
    assert [ids(lines) for lines in server.bulks] == [["a", "b"]]
    assert server.bulks[0][1]["words"]["text"] == "слово"
    assert server.seen[-1] == "POST /narcowatch/_refresh"


def test_large_puts_are_cut_and_lose_nothing(server: Server) -> None:
    with opened(server) as engine:
        assert engine.put(entry(str(n), "слово " * 50_000) for n in range(12)) == 12
    assert len(server.bulks) > 1
    assert [one for lines in server.bulks for one in ids(lines)] == [str(n) for n in range(12)]


def test_what_the_server_has_no_room_for_is_sent_again_alone(server: Server) -> None:
    full = {"b", "c"}

    def crowded(lines: list[dict[str, Any]]) -> Answer:
        items = [{"_id": one, "status": 429 if one in full else 201} for one in ids(lines)]
        full.discard("b" if len(lines) > 4 else "c")
        return 200, {"items": [{"index": item} for item in items]}

    server.on_bulk = crowded
    with opened(server) as engine:
        assert engine.put(entry(one, "") for one in "abc") == 3
    assert [ids(lines) for lines in server.bulks] == [["a", "b", "c"], ["b", "c"], ["c"]]


def test_a_server_that_stays_full_is_an_error_worth_another_try(server: Server) -> None:
    server.on_bulk = lambda lines: (
        200,
        {"items": [{"index": {"_id": one, "status": 429}} for one in ids(lines)]},
    )
    with opened(server) as engine, pytest.raises(IndexingError, match="no room") as caught:
        engine.put([entry("a", "")])
    assert not caught.value.permanent


def test_a_refused_entry_is_named(server: Server) -> None:
    server.on_bulk = lambda lines: (
        200,
        {"items": [{"index": {"_id": "a", "status": 400, "error": {"reason": "bad date"}}}]},
    )
    with opened(server) as engine, pytest.raises(IndexingError, match="a: bad date") as caught:
        engine.put([entry("a", "")])
    assert caught.value.permanent


def test_deleting_what_is_not_there_is_no_error(server: Server) -> None:
    server.on_bulk = lambda lines: (
        200,
        {"items": [{"delete": {"_id": "a", "status": 404, "result": "not_found"}}]},
    )
    with opened(server) as engine:
        engine.delete(["a"])
    assert server.bulks == [[{"delete": {"_id": "a"}}]]


def test_an_error_of_the_server_is_told_in_one_line(server: Server) -> None:
    server.answers["POST /narcowatch/_search"] = (
        403,
        {"error": {"type": "security_exception", "reason": "no"}, "status": 403},
    )
    with opened(server) as engine:
        with pytest.raises(
            IndexingError, match=r"cannot search .*security_exception.*403"
        ) as caught:
            engine.search(Query("а"))
        assert caught.value.permanent
        assert not engine.healthy()


def test_matches_are_told_by_id_and_case_unless_they_are_too_many(server: Server) -> None:
    engine = ElasticEngine(server.url)
    hits = [{"_id": "a", "_source": {"case_id": 7}}, {"_id": "b", "_source": {"case_id": 8}}]
    for total in (2, 10_001):
        answer = {"hits": {"total": {"value": total}, "hits": hits}}
        server.answers["POST /narcowatch/_search"] = (200, answer)
        if total == 2:
            assert engine.matches(Query("слово")) == {"a": 7, "b": 8}
            continue
        with pytest.raises(InputError, match="10001 pages match"):
            engine.matches(Query("слово"))


def test_an_index_of_another_version_is_refused(server: Server) -> None:
    old = {"narcowatch": {"mappings": {"_meta": {"version": 0, "generation": "g0"}}}}
    server.answers["GET /narcowatch/_mapping"] = (200, old)
    with pytest.raises(IndexingError, match="narcowatch index rebuild"):
        ElasticEngine(server.url)


def test_credentials_are_sent_and_never_told(server: Server) -> None:
    url = server.url.replace("//", "//reader:s%20cret@")
    engine = ElasticEngine(url)
    with pytest.raises(IndexingError) as caught:
        engine.count()
    engine.close()
    assert "cret" not in str(caught.value)
    assert server.url in str(caught.value)
    assert server.authorization == {"Basic cmVhZGVyOnMgY3JldA=="}


def test_nobody_there(unused_port: int) -> None:
    with pytest.raises(IndexingError, match=f"cannot open .*127.0.0.1:{unused_port}") as caught:
        ElasticEngine(f"http://127.0.0.1:{unused_port}")
    assert not caught.value.permanent


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
