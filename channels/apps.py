from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import AppConfig

import config

if TYPE_CHECKING:
    from channels.options import Options
    from config.schema import Settings

PLATFORMS = Path(config.__file__).parent / "platforms.toml"


class ChannelsConfig(AppConfig):
    """Reading Telegram channels."""

    name = "channels"


def options_of(settings: Settings) -> Options:
    """What ``settings`` say about reading channels.

    The HTTP client is imported here, so that commands which fetch nothing start without it.
    """
    from channels.discovery import parse_platforms
    from channels.options import ImagePlan, Options
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
        max_new_channels=settings.channels.max_new_channels,
        platforms=parse_platforms(tomllib.loads(PLATFORMS.read_text(encoding="utf-8"))),
        evidence_root=settings.data_dir / "evidence",
        rotate_bytes=settings.evidence.rotate_mb * 1_000_000,
        journals=settings.data_dir / "journals",
        night_ends=(settings.night.ends, settings.night.timezone),
        images=ImagePlan(
            max_bytes=settings.channels.max_image_kib * 1024,
            threshold=settings.classify.review_threshold,
            model_dir=settings.classify.model_dir,
            lexicon_dir=PLATFORMS.parent / "lexicons",
        )
        if settings.channels.images
        else None,
    )
