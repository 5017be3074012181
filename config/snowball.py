"""The settings of following channels to other channels."""

from __future__ import annotations

from pydantic import PositiveInt

from config.section import Section, key
from config.values import Share


class Snowball(Section):
    max_per_channel: int = key(
        50,
        "Channels that one channel or site may bring in, of those that one night takes in.",
        "channels",
        ge=0,
    )
    max_per_ring: int = key(
        25,
        "Channels that a ring may bring in: channels that name one another, sell nothing and lead "
        "to nothing that sells.",
        "channels",
        ge=0,
    )
    explore_share: Share = key(
        0.1,
        "Share of the channels found on the way that are chosen by chance instead of by what is "
        "expected of them, so that the night learns where it was wrong.",
        "share",
    )
    max_resolves: int = key(
        100,
        "Usernames found on the way that accounts resolve in one night, the likeliest first.",
        "usernames",
        ge=0,
    )
    max_similar: int = key(
        20,
        "Channels that accounts ask Telegram in one night which ones are similar to, the likeliest "
        "to sell first. One that was read from its preview costs a resolved username, too.",
        "channels",
        ge=0,
    )
    dormant_days: PositiveInt = key(
        30, "Days without a post after which a channel counts as dormant.", "days"
    )
