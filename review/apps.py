from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import AppConfig

import config
from blocking.apps import mail_server
from config.schema import Settings
from domain.errors import InputError
from domain.platforms import parse_platforms
from net.timestamping import Authority

if TYPE_CHECKING:
    from review.alerts.plan import AlertPlan
    from review.dossier.building import Workshop
    from review.tips import FileRules

_PLATFORMS = Path(config.__file__).parent / "platforms.toml"
#: The file that marks a data directory with made-up data.
DEMO_MARKER = "THIS-IS-A-DEMO"


class ReviewConfig(AppConfig):
    """Commands with which people decide cases."""

    name = "review"
    verbose_name = "Review"


def authority_of(values: Settings) -> Authority | None:
    """The time-stamp authority that ``values`` name, None where they name none.

    Raises InputError when its certificates cannot be read.
    """
    evidence = values.evidence
    if not evidence.timestamp_url or evidence.timestamp_ca is None:
        return None
    try:
        pem = evidence.timestamp_ca.read_bytes()
    except OSError as error:
        raise InputError(f"evidence.timestamp_ca: {error.strerror}: {error.filename}") from error
    return Authority(evidence.timestamp_url, pem, evidence.timestamp_timeout_s)


def workshop_of(values: Settings) -> Workshop:
    """Where dossiers are made, as ``values`` say. Raises InputError as ``authority_of``."""
    from review.bundles import stamping_by
    from review.dossier.building import FOLDER, Workshop  # needs the tables

    authority = authority_of(values)
    return Workshop(
        folder=values.data_dir / FOLDER,
        evidence_root=values.data_dir / "evidence",
        unit=values.blocking.authority.unit,
        contact=values.blocking.authority.contact,
        stamping=None if authority is None else stamping_by(authority),
        demo=values.data_dir.joinpath(DEMO_MARKER).exists(),
    )


def alert_plan(values: Settings) -> AlertPlan:
    """By which ways ``values`` let alerts leave the house.

    Webhooks go out directly: ``net.proxy`` is for what is looked for, and they tell who we are.
    """
    from net.addresses import TestNetwork
    from net.client import NetConfig
    from review.alerts.plan import AlertPlan  # needs the tables

    net, review = values.net, values.review
    return AlertPlan(
        console=review.address or f"http://{review.listen}",
        language=review.language,
        net=NetConfig(
            user_agent="narcowatch",
            timeout_s=net.timeout_s,
            test_networks=tuple(
                TestNetwork.of(one.name, one.cidr, one.hosts) for one in net.test_networks
            ),
            resolver_overrides=net.resolver_overrides,
            dns_servers=net.dns_servers,
        ),
        mail=mail_server(values),
        domains=review.mail_domains,
        hosts=review.webhook_hosts,
    )


def tip_rules(values: Settings) -> FileRules:
    """How a file of tips is read that somebody sends to the console: no larger than any upload."""
    from review.tips import FileRules  # needs the tables

    most = min(values.discovery.max_mb_per_file * 1_000_000, values.blocking.receipt_max_bytes)
    return FileRules(
        platforms=parse_platforms(tomllib.loads(_PLATFORMS.read_text(encoding="utf-8"))),
        max_bytes=most,
        max_lines=values.discovery.max_lines_per_file,
    )
