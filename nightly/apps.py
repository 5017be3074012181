from pathlib import Path

from django.apps import AppConfig

import config
from blocking.apps import export_plan
from config.schema import Settings
from nightly.plan import Plan

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
        fingerprint_days=settings.evidence.fingerprint_days,
        max_pages=settings.crawl.max_pages,
        max_new_sites=settings.crawl.max_new_sites,
        max_new_channels=settings.channels.max_new_channels,
        follow_discovered=settings.crawl.follow_discovered,
        exports=export_plan(settings),
        night_ends=(settings.night.ends, settings.night.timezone),
    )
