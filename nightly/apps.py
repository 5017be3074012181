from __future__ import annotations

import tomllib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.conf import settings as django_settings

import config
from blocking.apps import export_plan, seal_of, ways_of
from channels.apps import caps_of
from classifiers.apps import is_named, model_dir_of
from config.recheck import Recheck
from config.retention import Retention
from config.schema import CHECKOUT, Classify, Settings, TorUse
from crawlers.apps import renderer_plan
from domain.bands import Costs
from domain.lexicon import RESTRICTED
from domain.platforms import parse_platforms
from domain.rechecks import Ordering, Rules, Schedule
from domain.restricted import parse_restricted
from domain.retention import Days
from domain.states import CaseState
from domain.thresholds import ModelTold
from nightly.alarms import Alarms
from nightly.plan import Deadlines, FileRules, Plan, SendingRules, ShotPlan
from review.apps import alert_plan

if TYPE_CHECKING:
    from nightly.learning.adopting import Models

LEXICONS = Path(config.__file__).parent / "lexicons"
PLATFORMS = Path(config.__file__).parent / "platforms.toml"


class NightlyConfig(AppConfig):
    """Commands of the night."""

    name = "nightly"
    verbose_name = "Nightly"

    def days(self) -> Days:
        """How long each class of data is kept, for pages."""
        return days_of(django_settings.NARCOWATCH.retention)

    def model(self) -> ModelTold:
        """The model in force and its thresholds, for pages."""
        from nightly.learning.telling import model_told  # it needs the record's tables

        values = django_settings.NARCOWATCH
        return model_told(models_of(values), values.classify.review_threshold)

    def costs(self) -> tuple[Costs, ...]:
        """What misses and looks cost, for pages."""
        return costs_of(django_settings.NARCOWATCH.classify)


def plan_of(settings: Settings) -> Plan:
    """The plan that ``settings`` describe."""
    return Plan(
        data_dir=settings.data_dir,
        evidence_root=settings.data_dir / "evidence",
        index_url=settings.index.url,
        index_path=settings.data_dir / "index",
        model_dir=model_dir_of(settings),
        lexicon_dir=LEXICONS,
        review_threshold=settings.classify.review_threshold,
        tie_threshold=settings.classify.tie_threshold,
        costs=costs_of(settings.classify),
        fingerprint_days=settings.evidence.fingerprint_days,
        max_pages=settings.crawl.max_pages,
        max_new_sites=settings.crawl.max_new_sites,
        channel_caps=caps_of(settings),
        channel_searches=settings.channels.searches,
        dormant_days=settings.channels.snowball.dormant_days,
        follow_discovered=settings.crawl.follow_discovered,
        exports=export_plan(settings),
        night_ends=(settings.night.ends, settings.night.timezone),
        schedule=_schedule(settings.recheck),
        recheck=Rules(
            unreachable_after=settings.recheck.unreachable_after,
            gone_after=settings.recheck.gone_after,
            cleaned_after=settings.recheck.cleaned_after,
            new_evidence=settings.recheck.new_evidence,
        ),
        files=file_rules(settings),
        max_tips=settings.discovery.max_tips_per_night,
        shots=shot_plan(settings),
        retention=days_of(settings.retention),
        alerts=alert_plan(settings),
        sendings=sending_rules(settings),
        ways=ways_of(settings),
        seal=partial(seal_of, settings),
        drift=Alarms(**settings.drift.model_dump()),
        deadlines=deadlines_of(settings),
        tor_required=settings.tor.enabled is TorUse.ON,
        vantages=len(settings.blocking.vantages),
    )


def deadlines_of(settings: Settings) -> Deadlines:
    """From when on what people and recipients have to do is overdue."""
    return Deadlines(
        recipients=tuple(one.name for one in settings.blocking.recipients),
        answer_days=settings.blocking.answer_days,
        proposal_days=settings.recheck.proposal_days,
    )


def models_of(settings: Settings, floors: Path | None = None) -> Models:
    """Where models lie, and the ``floors`` that a candidate is held against."""
    from nightly.learning.adopting import Models  # it needs the record's tables

    floors = floors or CHECKOUT / "tests" / "floors.json"
    return Models(
        data_dir=settings.data_dir,
        shipped=CHECKOUT / "classifiers" / "model",
        lexicon_dir=LEXICONS,
        floors=floors,
        corpus=floors.parent / "corpus",
        named=settings.classify.model_dir if is_named(settings) else None,
    )


def costs_of(classify: Classify) -> tuple[Costs, ...]:
    """What misses and looks cost."""
    return tuple(
        Costs(
            one.look_minutes, one.missed_shop_minutes, one.late_shop_minutes, one.lang, one.kind
        )
        for one in classify.costs
    )  # fmt: skip


def days_of(retention: Retention) -> Days:
    """How long ``retention`` says that each class of data is kept."""
    return Days(
        pages=retention.pages_days,
        posts=retention.posts_days,
        dismissed=retention.dismissed_days,
        ended=retention.ended_days,
        screens=retention.screenshots_days,
        images=retention.images_days,
        journals=retention.journals_days,
        logs=retention.logs_days,
        requests=retention.account_requests_days,
        tips=retention.tips_days,
        dossiers=retention.dossiers_days,
    )


def file_rules(settings: Settings) -> FileRules:
    """How files of tips and of certificates are read."""
    platforms = PLATFORMS.read_text(encoding="utf-8")
    return FileRules(
        platforms=parse_platforms(tomllib.loads(platforms)),
        max_lines=settings.discovery.max_lines_per_file,
        max_bytes=settings.discovery.max_mb_per_file * 1_000_000,
        max_hosts_per_domain=settings.crawl.max_hosts_per_domain,
    )


def sending_rules(settings: Settings) -> SendingRules:
    """How tips and appeals from outside are taken."""
    intake = settings.intake
    return SendingRules(file_rules(settings).platforms, intake.appeal_days, intake.keep_days)


def _schedule(recheck: Recheck) -> Schedule:
    return Schedule(
        days={
            CaseState.IN_REVIEW: recheck.in_review_days,
            CaseState.ESCALATED: recheck.in_review_days,
            CaseState.CONFIRMED: recheck.confirmed_days,
            CaseState.REQUESTED: recheck.requested_days,
            CaseState.DISMISSED: recheck.dismissed_days,
            CaseState.EXPIRED: recheck.ended_days,
            CaseState.LIFTED: recheck.ended_days,
            CaseState.WITHDRAWN: recheck.ended_days,
            CaseState.UNREACHABLE: recheck.unreachable_days,
        },
        ordered={
            Ordering.ORDERED: recheck.ordered_days,
            Ordering.VERIFIED: recheck.verified_days,
        },
        unreachable_max_days=recheck.unreachable_max_days,
        spread=recheck.spread,
        max_per_night=recheck.max_per_night,
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
