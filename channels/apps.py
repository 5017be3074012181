from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import AppConfig

import config

if TYPE_CHECKING:
    from channels.options import Options
    from channels.snowball.rings import Caps
    from config.schema import Settings

LEXICONS = Path(config.__file__).parent / "lexicons"
PLATFORMS = Path(config.__file__).parent / "platforms.toml"


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
    from channels.options import Options
    from channels.wire import Pace
    from net.addresses import TestNetwork
    from net.client import NetConfig

    net = settings.net
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
        model=(settings.classify.model_dir, LEXICONS),
        night_ends=(settings.night.ends, settings.night.timezone),
    )
