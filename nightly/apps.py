from pathlib import Path

from django.apps import AppConfig

import config
from blocking.apps import export_plan
from config.schema import Settings
from crawlers.apps import renderer_plan
from domain.lexicon import RESTRICTED
from domain.restricted import parse_restricted
from nightly.plan import Plan, ShotPlan

LEXICONS = Path(config.__file__).parent / "lexicons"


class NightlyConfig(AppConfig):
    """Commands of the night."""

    name = "nightly"
    verbose_name = "Nightly"


def plan_of(settings: Settings) -> Plan:
    """The plan that ``settings`` describe."""
    return Plan(
        data_dir=settings.data_dir,
        evidence_root=settings.data_dir / "evidence",
        index_url=settings.index.url,
        index_path=settings.data_dir / "index",
        model_dir=settings.classify.model_dir,
        lexicon_dir=LEXICONS,
        review_threshold=settings.classify.review_threshold,
        tie_threshold=settings.classify.tie_threshold,
        max_pages=settings.crawl.max_pages,
        max_new_sites=settings.crawl.max_new_sites,
        max_new_channels=settings.channels.max_new_channels,
        follow_discovered=settings.crawl.follow_discovered,
        exports=export_plan(settings),
        shots=shot_plan(settings),
    )


def shot_plan(settings: Settings) -> ShotPlan:
    """How ``settings`` have cases photographed."""
    from crawlers.rendering.assembling import obstacle, restricted_by  # it imports the classifier

    render, evidence = settings.render, settings.evidence
    terms = parse_restricted((LEXICONS / RESTRICTED).read_text(encoding="utf-8"))
    return ShotPlan(
        obstacle=obstacle(
            "auto" if evidence.screenshots else "off", render.user, unconfined=render.unconfined
        ),
        most=evidence.max_screenshots,
        renderer=renderer_plan(settings),
        is_restricted=restricted_by(terms),
        rotate_bytes=evidence.rotate_mb * 1_000_000,
    )
