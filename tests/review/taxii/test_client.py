"""The collection as partners have it: the client library of OASIS, and the running console."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests.auth import AuthBase
from taxii2client.v21 import Collection, Server, as_pages

from tests.review.console.conftest import empty_record  # noqa: F401  # a fixture
from tests.review.console.served import Served, serving


class Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@pytest.fixture(scope="module")
def house(
    empty_record: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    recipients = json.dumps([{"name": "regulator", "formats": ["json", "stix"]}])
    settings = {"NARCOWATCH_BLOCKING__RECIPIENTS": recipients}
    with serving(empty_record, tmp_path_factory.mktemp("taxii") / "data", **settings) as served:
        served.seed("released", *(f"shop{number}.test" for number in range(5)))
        yield served


@pytest.fixture
def server(house: Served, request: pytest.FixtureRequest) -> Server:
    token = house.seed("token", request.node.name[:40], "regulator", "regulator")
    return Server(f"{house.url}/taxii2/", auth=Bearer(token))


def collection(server: Server) -> Collection:
    (found,) = server.default.collections
    return found


def patterns(envelope: dict) -> dict[str, dict]:
    return {
        one["pattern"].split("'")[1]: one
        for one in envelope.get("objects", [])
        if one["type"] == "indicator"
    }


def test_the_client_finds_its_way_and_reads(server: Server) -> None:
    assert server.title == "narcowatch"
    assert [root.url for root in server.api_roots] == [server.default.url]
    found = collection(server)
    assert (found.can_read, found.can_write) == (True, False)
    assert found.media_types == ["application/stix+json;version=2.1"]
    whole = found.get_objects()
    assert sorted(patterns(whole)) == [f"shop{number}.test" for number in range(5)]
    pages = [*as_pages(found.get_objects, per_request=2)]
    assert [len(page["objects"]) for page in pages] == [2, 2, 2]
    assert [one for page in pages for one in page["objects"]] == whole["objects"]
    listed = [
        one
        for page in as_pages(found.get_manifest, per_request=4)
        for one in page["objects"]
    ]  # fmt: skip
    assert [one["id"] for one in listed] == [one["id"] for one in whole["objects"]]
    one = patterns(whole)["shop3.test"]
    assert found.get_object(one["id"])["objects"] == [one]
    assert found.object_versions(one["id"])["versions"] == [one["modified"]]
    assert found.get_objects(type="identity")["objects"][0]["type"] == "identity"
    with pytest.raises(requests.HTTPError):
        found.get_object("indicator--00000000-0000-4000-8000-000000000000")


def test_what_was_added_and_lifted_since_comes_with_the_next_look(
    house: Served, server: Server
) -> None:
    found = collection(server)
    since = max(one["date_added"] for one in found.get_manifest()["objects"])
    assert found.get_objects(added_after=since) == {}
    before = patterns(found.get_objects())["shop0.test"]
    house.seed("released_again", "shop0.test", "late.test")
    news = patterns(found.get_objects(added_after=since))
    assert sorted(news) == ["late.test", "shop0.test"]
    assert news["shop0.test"]["revoked"]
    assert news["shop0.test"]["id"] == before["id"]
    assert "revoked" not in news["late.test"]
    versions = found.get_object(before["id"], version="all")["objects"]
    assert [one.get("revoked", False) for one in versions] == [False, True]
