"""Channels that have no preview, are private, were renamed or took a name over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from telethon import TelegramClient, errors, functions, types
from telethon.crypto import rsa as client_keys
from telethon.sessions import StringSession

from channels.landing import LandingKind, parse_landing
from tests.world.addresses import addresses_of
from tests.world.content import Content, ContentError, Ref, load
from tests.world.truth import facts
from tests.world.visiting import Visitor
from tests.world.world import PREVIEW_BASE, World

CHANNELS = {
    "first_one": """posts = [
      {id = 1, hours_ago = 3, text = "see {channel:old_name} and {channel:only_accounts}"},
      {id = 2, hours_ago = 2, text = "x", forwarded_from = "new_name"},
    ]
    similar = ["liked_one"]""",
    "only_accounts": 'preview = false\nposts = [{id=1, hours_ago=2, text="{channel:beyond_it}"}]',
    "beyond_it": 'posts = [{id = 1, hours_ago = 1, text = "{channel:talking}"}]',
    "talking": """group = true
    posts = [{id = 1, hours_ago = 1, text = "hi", author="some_seller", author_name="Сауда"}]""",
    "liked_one": "",
    "closed_one": "private = true",
    "new_name": 'renamed_from = "old_name"\nposts = [{id = 1, hours_ago = 1, text = "t"}]',
    "old_name": 'took_over = true\nposts = [{id = 1, hours_ago = 1, text = "u"}]',
}


def write_channels(folder: Path, channels: dict[str, str]) -> Content:
    home = folder / "channels"
    home.mkdir(parents=True)
    for number, (name, more) in enumerate(channels.items(), 101):
        (home / f"{name}.toml").write_text(
            f'name = "{name}"\ntitle = "T"\ndescription = ""\nnumeric_id = {number}\n'
            f'truth = "shop"\nwhat = ""\nlang = "ru"\nsubscribers = 41\n{more}\n',
            encoding="utf-8",
        )
    (folder / "sites").mkdir(exist_ok=True)
    (folder / "sites" / "SEEDS.md").write_text("Seed channels:\n\n- first_one\n", "utf-8")
    return load(folder)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[World]:
    write_channels(tmp_path / "content", CHANNELS)
    with World(
        tmp_path / "world",
        tor=False,
        content=tmp_path / "content",
        accounts=["one"],
        renamed=False,
    ) as world:
        yield world


def test_what_can_be_found_depends_on_accounts(tmp_path: Path) -> None:
    content = write_channels(tmp_path, CHANNELS)
    start = {Ref("channel", "first_one")}
    names = {ref.name for ref in content.reachable(start, accounts=False)}
    assert names == {"first_one", "only_accounts", "old_name", "new_name"}
    names = {ref.name for ref in content.reachable(start, accounts=True)}
    assert names == {*CHANNELS} - {"closed_one"}
    for accounts in (False, True):
        found = facts(
            content,
            addresses_of(content),
            (),
            PREVIEW_BASE,
            onions=True,
            accounts=accounts,
        )
        findable = {fact.slug for fact in found if fact.findable}
        assert ("only_accounts" in findable, "talking" in findable) == (accounts, accounts)
        assert "closed_one" not in findable


def test_contradictions_are_named(tmp_path: Path) -> None:
    channels = {
        "first_one": 'posts = [{id = 1, hours_ago = 1, text = "", author = "someone_here"}]',
        "other_one": 'similar = ["nobody_here"]',
    }
    with pytest.raises(ContentError) as error:
        write_channels(tmp_path, channels)
    assert str(error.value).splitlines() == [
        "channel:other_one: links to channel:nobody_here, which does not exist",
        "channel:first_one: posts have authors in groups alone",
    ]


def test_what_has_no_preview_says_so(small: World) -> None:
    kinds = {
        "only_accounts": LandingKind.CHANNEL,
        "talking": LandingKind.GROUP,
        "closed_one": LandingKind.PRIVATE,
        "nobody_here": LandingKind.NOBODY,
    }
    with Visitor(small.port) as visitor:
        for name, kind in kinds.items():
            answer = visitor.get(PREVIEW_BASE + name)
            assert answer.status_code == 302
            assert parse_landing(visitor.get(answer.headers["location"]).text).kind == kind


def test_names_change_when_they_are_told_to(small: World) -> None:
    with Visitor(small.port) as visitor:
        before = {n: visitor.get(PREVIEW_BASE + n).status_code for n in ("old_name", "new_name")}
        assert before == {"old_name": 200, "new_name": 302}
        assert "t.me/old_name/" in visitor.get(PREVIEW_BASE + "first_one").text
        small.rename()
        after = {n: visitor.get(PREVIEW_BASE + n) for n in ("old_name", "new_name")}
        assert ">u</div>" in after["old_name"].text
        assert ">t</div>" in after["new_name"].text


def test_accounts_read_what_has_no_preview(small: World) -> None:
    assert small.accounts is not None
    double, session = small.accounts.server, small.accounts.sessions["one"]
    given = small.settings()["channels"]["telegram"]
    assert given["server"].endswith(f":{double.port}")
    assert b"BEGIN RSA PUBLIC KEY" in Path(given["key_file"]).read_bytes()
    client_keys._server_keys.clear()
    client_keys._server_keys[double.key.fingerprint] = (double.key.public, False)

    async def talk(client: Any) -> None:
        (message,) = [one async for one in client.iter_messages("only_accounts")]
        assert message.message == "@beyond_it"
        (said,) = [one async for one in client.iter_messages("talking")]
        assert (said.sender.username, said.sender.first_name) == ("some_seller", "Сауда")
        assert (said.post, said.views) == (False, None)
        first = await client.get_input_entity("first_one")
        similar = await client(functions.channels.GetChannelRecommendationsRequest(first))
        assert [chat.username for chat in similar.chats] == ["liked_one"]
        closed = await client(functions.contacts.ResolveUsernameRequest("closed_one"))
        assert isinstance(closed.chats[0], types.ChannelForbidden)
        old = await client.get_input_entity("old_name")
        small.rename()
        taken = await client(functions.contacts.ResolveUsernameRequest("new_name"))
        assert taken.peer.channel_id == old.channel_id
        with pytest.raises(errors.UsernameNotOccupiedError):
            await client(functions.contacts.ResolveUsernameRequest("nobody_here"))

    async def run() -> None:
        kept = StringSession(session)
        kept.set_dc(2, "127.0.0.1", double.port)
        client = TelegramClient(kept, 1, "0" * 32, flood_sleep_threshold=0, retry_delay=0.1)
        await client.connect()
        try:
            await talk(client)
        finally:
            await client.disconnect()

    asyncio.run(asyncio.wait_for(run(), 60))
