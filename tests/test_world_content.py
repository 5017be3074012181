"""The world's texts: what is in them, that they hold together, and that all can be reached."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from domain.onion import ONION_IN_TEXT, is_valid_onion_v3
from domain.seeds import parse_seeds
from tests.world import telegram
from tests.world.addresses import addresses_of, skin_of
from tests.world.content import ContentError, Ref, Site, Truth, load
from tests.world.render import render_site
from tests.world.tor.onionkeys import OnionKey
from tests.world.truth import facts, seed_refs
from tests.world.visiting import Visitor
from tests.world.world import PREVIEW_BASE, World

_HREF = re.compile(r'href="([^"]+)"')
_CHANNEL = re.compile(r"t\.me/([A-Za-z]\w{3,31})")


def write_site(folder: Path, slug: str, text: str, **more: str) -> None:
    home = folder / "sites" / slug
    home.mkdir(parents=True)
    fields = {"host": f"{slug}.test", "truth": "shop", "what": "a shop", "lang": "ru"}
    lines = [f'{k} = "{v}"' for k, v in ({**fields, "skin": "plain", **more}).items()]
    (home / "site.toml").write_text("\n".join(lines), encoding="utf-8")
    (home / "index.md").write_text(text, encoding="utf-8")


def test_the_world_has_the_shops_and_neighbours_it_promises() -> None:
    content = load()
    sites = Counter(site.truth for site in content.sites.values())
    assert sites[Truth.SHOP] >= 12
    assert sites[Truth.INNOCENT] >= 12
    assert {"ru", "kk", "en"} <= {site.lang for site in content.sites.values()}
    assert sum(site.onion for site in content.sites.values()) >= 3
    assert any(site.mirror_of for site in content.sites.values())


def test_everything_that_sells_can_be_reached_from_the_seeds() -> None:
    content = load()
    for onions in (True, False):
        found = facts(
            content, addresses_of(content), (), PREVIEW_BASE, onions=onions, accounts=True
        )
        selling = [f for f in found if f.truth is Truth.SHOP and f.expect == "documents"]
        selling = [f for f in selling if f.moves_to is None]
        closed = {channel.name for channel in content.channels.values() if channel.private}
        selling = [f for f in selling if f.slug not in closed]
        assert [fact.slug for fact in selling if not fact.findable] == []


def test_a_link_to_nowhere_is_named(tmp_path: Path) -> None:
    write_site(tmp_path, "one", "# One\n[a](site:two) [b](gone.md) [c](channel:nobody)")
    with pytest.raises(ContentError) as error:
        load(tmp_path)
    assert str(error.value).splitlines() == [
        "site:one: links to channel:nobody, which does not exist",
        "site:one: links to site:two, which does not exist",
        "site:one: index.md links to gone.md, which does not exist",
    ]


def test_two_sites_on_one_host_are_refused(tmp_path: Path) -> None:
    write_site(tmp_path, "one", "# One\n", host="same.test")
    write_site(tmp_path, "two", "# Two\n", host="same.test")
    with pytest.raises(ContentError, match=r"two sites on same\.test"):
        load(tmp_path)


def test_a_page_without_title_is_refused(tmp_path: Path) -> None:
    write_site(tmp_path, "one", "no title here")
    with pytest.raises(ContentError, match="first line"):
        load(tmp_path)


def test_without_tor_what_only_onions_link_to_becomes_a_seed(tmp_path: Path) -> None:
    write_site(tmp_path, "far", "# Far\n")
    (tmp_path / "sites" / "SEEDS.md").write_text("Seed sites:\n\n- deep (onion)\n", "utf-8")
    write_site(tmp_path, "deep", "# Deep\n[far](site:far)")
    settings = tmp_path / "sites" / "deep" / "site.toml"
    text = settings.read_text("utf-8").replace('host = "deep.test"', "onion = true")
    settings.write_text(text, "utf-8")
    content = load(tmp_path)
    assert seed_refs(content, onions=True) == {Ref("site", "deep")}
    assert seed_refs(content, onions=False) == {Ref("site", "far")}


def test_a_mirror_looks_different() -> None:
    content = load()
    mirrors = [site for site in content.sites.values() if site.mirror_of]
    assert mirrors
    for mirror in mirrors:
        assert skin_of(mirror, content) != skin_of(content.sites[mirror.mirror_of], content)


def test_the_same_text_comes_out_in_every_skin(tmp_path: Path) -> None:
    text = (
        "# Имя\nСлово **жирно**.\n\n| Товар | Цена |\n|---|---|\n| мёд | 100 ₸ |\n| чай | 90 ₸ |\n"
    )
    for skin in ("plain", "cards", "table", "forum", "landing", "blog"):
        write_site(tmp_path, skin, text, skin=skin, truth="innocent")
    content = load(tmp_path)
    addresses = addresses_of(content)
    shapes = set()
    for site in content.sites.values():
        (page,) = render_site(site, content, addresses).values()
        for words in ("<title>Имя", "Слово <strong>жирно</strong>", "мёд", "100 ₸", "чай", "90 ₸"):
            assert words in page, site.skin
        shapes.add(tuple(re.findall(r"<(\w+)", page)))
    assert len(shapes) == 6


def test_onion_addresses_are_real_and_always_the_same() -> None:
    addresses = addresses_of(load())
    onions = [host for host in addresses.hosts.values() if host.endswith(".onion")]
    assert onions
    assert all(is_valid_onion_v3(host) for host in onions)
    assert OnionKey.for_slug("sever-market").address == addresses.hosts["sever-market"]
    assert addresses.hosts == addresses_of(load()).hosts


def test_a_reader_who_follows_links_sees_the_whole_world(world: World, visitor: Visitor) -> None:
    """From the seeds, by what the served pages say, onion pages fetched by their host name."""
    content = world.content
    starts = [world.addresses.site_url(slug) for slug in content.seeds.sites]
    starts += [PREVIEW_BASE + name for name in content.seeds.channels]
    seen = walk(visitor, starts)
    hosts = {urlsplit(url).hostname for url in seen}
    assert set(world.addresses.hosts.values()) <= hosts
    channels = {urlsplit(url).path.split("/")[-1] for url in seen if url.startswith(PREVIEW_BASE)}
    start = seed_refs(content, onions=True)
    reached = {ref.name for ref in content.reachable(start, accounts=False)}
    shown = {name for name, channel in content.channels.items() if channel.shows_itself}
    assert len(shown & reached) >= 20
    assert shown & reached <= channels
    pages = sum(len(site.pages) for site in content.sites.values() if readable(site))
    in_sites = [url for url in seen if urlsplit(url).hostname != telegram.HOST]
    assert len({url for url in in_sites if "from=tg" not in url}) >= pages


def readable(site: Site) -> bool:
    return site.slug != "captcha-shop" and not site.scripted


def walk(visitor: Visitor, starts: list[str]) -> set[str]:
    """Every URL that answered 200 with HTML, reached from ``starts``."""
    waiting, seen, answered = list(starts), set(starts), set()
    while waiting:
        url = waiting.pop()
        page = visitor.get(url)
        if page.status_code != 200 or "html" not in page.headers["content-type"]:
            continue
        answered.add(url)
        found = {urljoin(url, unescape(unescape(href))) for href in _HREF.findall(page.text)}
        found |= {PREVIEW_BASE + name for name in _CHANNEL.findall(page.text) if len(name) > 4}
        found |= {f"http://{name}/" for name in ONION_IN_TEXT.findall(page.text)}
        for link in sorted(found - seen):
            host = urlsplit(link).hostname or ""
            if host.endswith((".test", ".example", ".onion")):
                seen.add(link)
                waiting.append(link)
    return answered


def test_the_seeds_file_is_one_that_narcowatch_accepts(world: World) -> None:
    text = world.seeds_toml(hostile=True, innocent=True, searches=["мефедрон алматы"])
    parsed = parse_seeds(text.encode())
    assert parsed.problems == ()
    expected = {seed.url: seed.expect for seed in parsed.seeds if seed.expect != "documents"}
    assert expected["http://captcha-shop.test/"] == "captcha"
    assert expected["http://gzip-bomb.test/"] == "bomb"
    assert "http://kuhnya-forum.test/" in {seed.url for seed in parsed.seeds}
    assert not any(".onion" in seed.url for seed in parsed.seeds), "this world has no Tor"


def test_a_shop_that_moved_is_named_by_its_old_address(world: World, visitor: Visitor) -> None:
    (old,) = [fact for fact in world.truth() if fact.moves_to is not None]
    new = next(fact for fact in world.truth() if fact.key == old.moves_to)
    assert new.findable
    assert not old.findable
    seeds = {fact.url for fact in world.seeds()}
    assert old.url in seeds
    assert new.url not in seeds
    assert visitor.get(old.url).headers["location"] == new.url
