from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import AppConfig

import config
from classifiers.apps import model_dir_of

if TYPE_CHECKING:
    from channels.accounts.plan import AccountsPlan
    from channels.listening.plan import ListenPlan
    from channels.options import Options
    from channels.snowball.rings import Caps
    from config.schema import Settings

LEXICONS = Path(config.__file__).parent / "lexicons"
PLATFORMS = Path(config.__file__).parent / "platforms.toml"
ACCOUNTS_KEY = "accounts.key"


class ChannelsConfig(AppConfig):
    """Reading Telegram channels."""

    name = "channels"


def caps_of(settings: Settings) -> Caps:
    """What one night finds on the way, at most."""
    from channels.snowball.rings import Caps

    channels = settings.channels
    return Caps(
        total=channels.max_new_channels,
        parent=channels.snowball.max_per_channel,
        ring=channels.snowball.max_per_ring,
    )


def options_of(settings: Settings) -> Options:
    """What ``settings`` say about reading channels.

    The HTTP client is imported here, so that commands which fetch nothing start without it.
    """
    from channels.discovery import parse_platforms
    from channels.options import AccountReading, ImagePlan, Options
    from channels.wire import Pace
    from net.addresses import TestNetwork
    from net.client import NetConfig

    net, telegram = settings.net, settings.channels.telegram
    return Options(
        net=NetConfig(
            user_agent=net.user_agent,
            timeout_s=net.timeout_s,
            max_body_bytes=net.max_body_bytes,
            test_networks=tuple(
                TestNetwork.of(one.name, one.cidr, one.hosts) for one in net.test_networks
            ),
            resolver_overrides=net.resolver_overrides,
            dns_servers=net.dns_servers,
            proxy=net.proxy,
        ),
        pace=Pace(settings.channels.delay_s, net.max_body_bytes),
        base_url=settings.channels.preview_base_url,
        max_pages=settings.channels.max_pages_per_channel,
        platforms=parse_platforms(tomllib.loads(PLATFORMS.read_text(encoding="utf-8"))),
        evidence_root=settings.data_dir / "evidence",
        rotate_bytes=settings.evidence.rotate_mb * 1_000_000,
        journals=settings.data_dir / "journals",
        caps=caps_of(settings),
        explore=settings.channels.snowball.explore_share,
        max_resolves=settings.channels.snowball.max_resolves,
        max_similar=settings.channels.snowball.max_similar,
        searches=settings.channels.searches,
        model=(model_dir_of(settings), LEXICONS),
        night_ends=(settings.night.ends, settings.night.timezone),
        accounts=AccountReading(
            accounts_plan(settings),
            max_batches=telegram.max_batches_per_channel,
            at_once=telegram.accounts_at_once,
            longest_wait_s=telegram.longest_wait_s,
            timeout_s=telegram.timeout_s,
        ),
        images=ImagePlan(
            max_bytes=settings.channels.max_image_kib * 1024,
            threshold=settings.classify.review_threshold,
            model_dir=model_dir_of(settings),
            lexicon_dir=PLATFORMS.parent / "lexicons",
        )
        if settings.channels.images
        else None,
    )


def listen_plan(settings: Settings, *, every_s: float | None, account: str) -> ListenPlan:
    """How to listen: as ``settings`` say, unless it is given here. Raises InputError for an
    interval below a second, and for an account that is none, or is at work elsewhere."""
    from channels.accounts import pool
    from channels.accounts.holding import holder_of
    from channels.listening.plan import ListenPlan
    from domain.errors import InputError

    listen = settings.channels.listen
    every_s = listen.every_s if every_s is None else every_s
    if every_s < 1:
        raise InputError(f"--every must be at least 1 second, not {every_s:g}")
    if account and account not in pool.active():
        raise InputError(f"there is no active account {account!r}: `channels list` names them")
    if account and (who := holder_of(accounts_plan(settings).vault.folder, account)):
        raise InputError(f"account {account} is at work in {who}: wait for its end")
    return ListenPlan(every_s, listen.max_channels, listen.max_resolves, account)


def accounts_plan(settings: Settings) -> AccountsPlan:
    """What ``settings`` say of Telegram accounts."""
    from channels.accounts.budgets import Budget, RequestClass
    from channels.accounts.keys import KeySource
    from channels.accounts.plan import AccountsPlan
    from channels.accounts.vault import Vault
    from channels.posts import TelegramServer

    telegram, data = settings.channels.telegram, settings.data_dir
    allowed, hour, day = telegram.budgets, timedelta(hours=1), timedelta(days=1)
    key_file = settings.accounts_key_file or data / ACCOUNTS_KEY
    return AccountsPlan(
        vault=Vault(data / "accounts", KeySource(key_file, settings.accounts_key)),
        server=TelegramServer(telegram.server, telegram.key_file),
        api_id=telegram.api_id,
        api_hash=telegram.api_hash,
        api_hash_file=telegram.api_hash_file,
        budgets={
            RequestClass.RESOLVE: Budget(allowed.resolves_per_day, day),
            RequestClass.HISTORY: Budget(allowed.history_calls_per_hour, hour),
            RequestClass.INFO: Budget(allowed.infos_per_day, day),
            RequestClass.SIMILAR: Budget(allowed.similar_per_day, day),
            RequestClass.SEARCH: Budget(allowed.searches_per_day, day),
            RequestClass.DIFFERENCE: Budget(allowed.differences_per_hour, hour),
            RequestClass.OTHER: Budget(allowed.others_per_hour, hour),
        },
        proxy=settings.net.proxy,
    )
