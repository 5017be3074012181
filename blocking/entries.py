"""The entry: what every exporter gets, checked when it is made."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum

from blocking.values import block_address, block_host, block_url, check_posts, check_username
from domain.errors import KeyFormatError
from domain.targets import canonical_onion


class Action(StrEnum):
    """What a request asks for."""

    BLOCK = "block"
    LIFT = "lift"


class Scope(StrEnum):
    """How wide a block is, narrowest first. An onion cannot be blocked: its entry is a notice."""

    TELEGRAM = "telegram"
    ONION = "onion"
    URL = "url"
    HOST = "host"
    DOMAIN = "domain"
    IP = "ip"


#: Scopes that a resolver can act on.
BY_NAME = frozenset({Scope.HOST, Scope.DOMAIN})


@dataclass(frozen=True, slots=True)
class TelegramItem:
    """A channel: username without ``@`` ("" when it has none), numeric id (None while unknown)
    and the posts that carry the verdict. With ``messages_only`` it is a group in which others
    write, too: these posts are meant and not the group. Raises KeyFormatError for values that are
    none."""

    username: str = ""
    numeric_id: int | None = None
    posts: tuple[int, ...] = ()
    messages_only: bool = False

    def __post_init__(self) -> None:
        if not self.username and self.numeric_id is None:
            raise KeyFormatError("a channel needs a username or a numeric id")
        if self.username:
            check_username(self.username)
        check_posts(self.posts)
        if self.messages_only and not self.posts:
            raise KeyFormatError("of a group nothing but messages can be named, and there are none")

    @property
    def name(self) -> str:
        """The username, or the number of a channel that has none."""
        return self.username or str(self.numeric_id)


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision that a block rests on: number, date (YYYY-MM-DD), and the unit that made it."""

    number: str
    date: str
    unit: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One request as recipients get it.

    ``values`` are the host, the onion or the address (one), or the exact URLs (one or more); empty
    for a channel, which ``telegram`` holds. ``subdomains`` says whether names below the host fall
    under the block. ``overridden`` is set when the second person gave a written reason for blocking
    a URL in spite of the never-block list. ``seen_at`` is when what carries the verdict was
    last seen, "" where that is not known. ``document`` is the request itself in canonical JSON.
    ``host`` is what is blocked by name, "" for other scopes; ``names`` are those that are blocked
    one by one where others below must stay reachable: a domain was chosen because ``www`` is
    another name of it, so ``www`` falls with it. Both are made of ``values``. Times are RFC
    3339 in UTC. Raises KeyFormatError for a value that cannot be blocked.
    """

    id: str
    action: Action
    scope: Scope
    values: tuple[str, ...]
    decision: Decision
    valid_from: str
    valid_until: str
    document: str
    telegram: TelegramItem | None = None
    subdomains: bool = True
    overridden: bool = False
    urgency: str = "normal"
    territory: str = "KZ"
    category: str = "drug_sale"
    seen_at: str = ""
    host: str = field(init=False, repr=False, compare=False)
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        uuid.UUID(self.id)
        if (self.scope is Scope.TELEGRAM) != (self.telegram is not None):
            raise KeyFormatError(f"entry {self.id}: a channel, and only one, has a Telegram item")
        if (not self.values) != (self.scope is Scope.TELEGRAM):
            raise KeyFormatError(f"entry {self.id}: values do not fit scope {self.scope}")
        if len(self.values) > 1 and self.scope is not Scope.URL:
            raise KeyFormatError(f"entry {self.id}: scope {self.scope} has one value")
        if len(self.document.splitlines()) != 1:
            raise KeyFormatError(f"entry {self.id}: its document is not one line")
        for value in self.values:
            _check_value(self.scope, value)
        host = self.values[0] if self.scope in BY_NAME else ""
        www = (f"www.{host}",) if self.scope is Scope.DOMAIN else ()
        object.__setattr__(self, "host", host)
        object.__setattr__(self, "names", (host, *www) if host else ())

    @property
    def label(self) -> str:
        """What people call the entry in lists and findings."""
        if (item := self.telegram) is not None:
            posts = f"/{item.posts[0]} (+{len(item.posts) - 1})" if item.messages_only else ""
            return f"telegram:{item.name}{posts.removesuffix(' (+0)')}"
        more = f" (+{len(self.values) - 1})" if len(self.values) > 1 else ""
        return f"{self.scope}:{self.values[0]}{more}"


def _check_value(scope: Scope, value: str) -> None:
    if scope is Scope.URL:
        block_url(value)
    elif scope is Scope.ONION:
        if canonical_onion(value) != value:
            raise KeyFormatError(f"not a canonical onion address: {value!r}")
    elif scope is Scope.IP:
        block_address(value)
    else:
        block_host(value)
