"""The settings of Telegram channels and of the accounts that read them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PositiveInt, StringConstraints

from config.section import Section, key, table
from config.snowball import Snowball
from config.values import AbsolutePath, ApiHash, HostPortOrEmpty, HttpUrl, Seconds

Query = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=64, pattern=r"^[^\n]*$")
]


class Budgets(Section):
    """Cautious ones: what Telegram allows it does not tell, and whoever goes too far waits for
    most of a day."""

    resolves_per_day: int = key(
        40, "Names looked up, the scarcest request of all.", "requests", ge=0
    )
    history_calls_per_hour: int = key(600, "Pages of 100 posts read.", "requests", ge=0)
    infos_per_day: int = key(200, "Descriptions of channels asked for.", "requests", ge=0)
    similar_per_day: int = key(40, "Lists of similar channels asked for.", "requests", ge=0)
    searches_per_day: int = key(40, "Searches for channels and posts.", "requests", ge=0)
    differences_per_hour: int = key(
        900, "Times that a listener asks what has changed in a channel.", "requests", ge=0
    )
    others_per_hour: int = key(
        300, "All other requests, those of each connection among them.", "requests", ge=0
    )


class TelegramServer(Section):
    server: HostPortOrEmpty = key(
        "", "The server that account readers speak to; empty for Telegram's own."
    )
    key_file: AbsolutePath | None = key(None, "Public RSA key of that server, PEM.")
    api_id: int = key(
        0, "Number of your application at my.telegram.org; 0 for none.", "number", ge=0
    )
    api_hash: ApiHash = key(
        "",
        "Hash of that application: from the environment alone, never in a file of settings.",
    )
    api_hash_file: AbsolutePath | None = key(
        None, "File whose first line is that hash, mode 0600; instead of `api_hash`."
    )
    max_batches_per_channel: PositiveInt = key(
        10, "Batches of 100 posts that an account reads of one channel in one night.", "batches"
    )
    accounts_at_once: int = key(
        4, "Accounts that read at a time, each in a process of its own.", "accounts", ge=1, le=32
    )
    longest_wait_s: float = key(
        5.0,
        "Longest pause asked for by Telegram that is sat out; for a longer one the channel is left "
        "to another account, or to another night.",
        "seconds",
        ge=0,
        le=60,
    )
    timeout_s: Seconds = key(30.0, "Longest time for one answer of Telegram's.", "seconds")
    budgets: Budgets = table(Budgets, "What one account may ask for.")


class Listen(Section):
    every_s: float = key(
        300.0,
        "How often `narcowatch channels listen` reads the newest posts of each channel, whatever "
        "updates tell.",
        "seconds",
        ge=1,
        le=86_400,
    )
    max_channels: PositiveInt = key(
        40, "Channels that are listened to, the likeliest to sell first.", "channels"
    )
    max_resolves: int = key(
        10,
        "Names that an account resolves in half a day in order to listen; of its own budget.",
        "requests",
        ge=0,
    )


class Channels(Section):
    preview_base_url: HttpUrl = key(
        "https://t.me/s/", "What a channel's name is appended to for its public preview."
    )
    delay_s: float = key(2.0, "Pause between preview pages.", "seconds", ge=0, le=600)
    max_pages_per_channel: PositiveInt = key(10, "Preview pages read of one channel.", "pages")
    max_new_channels: int = key(
        200, "Channels found on the way that one night takes in.", "channels", ge=0
    )
    searches: Annotated[tuple[Query, ...], Field(max_length=40)] = key(
        (),
        "Words that accounts look for in the titles and usernames of channels and groups, each "
        "once a night: at most 40, of 3 to 64 letters each.",
    )
    snowball: Snowball = table(Snowball, "Channels found on the way.")
    images: bool = key(
        False,
        "Whether images of posts that the first stage takes for offers are downloaded and kept as "
        "evidence, hashed. Nothing shows them.",
    )
    max_image_kib: PositiveInt = key(1024, "Largest image that is downloaded.", "KiB")
    listen: Listen = table(Listen, "Listening to channels between nights.")
    telegram: TelegramServer = table(TelegramServer, "The Telegram server of account readers.")
