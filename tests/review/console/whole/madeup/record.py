"""Makes the record by the product's own functions: nights whose gathering alone is made up, people
who decide after each, releases and answers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from blocking import appeals, exports, protected, releases, requests
from blocking.apps import BlockingConfig, export_plan
from blocking.models import Order
from blocking.receipts import receive_answer
from cases import intake, proposals, screenshots, tips
from cases.decisions import Verdict, decide
from cases.evidence import EvidenceWriter
from cases.models import Case, Person, Target
from domain.candidates import Candidate, Why
from domain.captures import CaptureRecord, Egress, Exchange, Outcome
from domain.clock import Clock, utc_now
from domain.decisions import Jurisdiction, VerdictKind
from domain.documents import Document
from domain.orders import Answer, OrderState
from domain.receipts import Answered
from domain.rechecks import ProposalKind
from domain.seeds import parse_seeds
from domain.shots import Shot
from domain.states import CaseState
from domain.targets import TargetKind, parse_key
from domain.told import Asks
from nightly import stages
from nightly.apps import plan_of
from nightly.night import Counted, Night, Stage, run_night
from review import restricted_readers
from tests.records import case_in
from tests.review.console.whole.madeup import texts
from tests.review.console.whole.madeup.places import CHANNEL, CHANNEL_NAME, PLACES, Place

_DAYS_APART = 12
_WORDS = {"c": VerdictKind.CONFIRM, "d": VerdictKind.DISMISS, "e": VerdictKind.ESCALATE}
_REASONS = {"d": "новости, ничего не продаётся", "e": "нужен третий взгляд"}


class Silent:
    """Tells nobody how far a night is."""

    def begin(self, stage: str, total: int | None = None) -> None:
        """Nothing."""

    def at(self, done: int, total: int | None = None, note: str = "") -> None:
        """Nothing."""

    def end(self, note: str = "") -> None:
        """Nothing."""


def make(people: dict[str, Person]) -> None:
    """Six nights over some ten weeks, with all that people did in between."""
    newest = max(place.night for place in PLACES)
    for number in range(newest, -1, -1):
        begun = utc_now() - timedelta(days=number * _DAYS_APART, hours=9)
        found = [place for place in PLACES if place.night == number]
        again = [place for place in PLACES if place.night == number + 1]
        night(found, begun, again, channel=not number)
        if number:
            _decide(number, begun, people)
            _release(begun + timedelta(days=2), people)
    _from_outside(utc_now() - timedelta(hours=8))
    _administered(utc_now() - timedelta(hours=7), people)
    _photograph(utc_now() - timedelta(hours=8))


def _standing_still(at: datetime) -> Clock:
    """A clock that goes on by a second at each look, so that nothing happens at once."""
    seconds = iter(range(10**6))
    return lambda: at + timedelta(seconds=next(seconds))


def night(
    found: Sequence[Place], begun: datetime, again: Sequence[Place] = (), *, channel: bool = False
) -> None:
    """A night that finds ``found`` and looks ``again``; all of it is real but for the gathering."""

    def gather(night: Night) -> Counted:
        writer = EvidenceWriter(night.plan.evidence_root, night.run.pk, "madeup", "pages")
        records = [_page(place, begun) for place in found]
        records += [_page(place, begun, later=True) for place in again]
        records += [_posts(begun)] if channel else []
        intake.store(night.run.pk, "gather", records, writer, clock=night.clock)
        intake.note_candidates(night.run.pk, [_why(place) for place in found], clock=night.clock)
        writer.close()
        if channel:
            Target.objects.filter(value=CHANNEL.partition(":")[2]).update(name=CHANNEL_NAME)
        return {("out", "pages"): len(records)}

    nights = (
        Stage("discover", stages.discover), Stage("gather", gather),
        Stage("assess", stages.assess), Stage("families", stages.group_families),
        Stage("index", stages.fill_index), Stage("requests", stages.make_requests),
    )  # fmt: skip
    sites = [place for place in found if place.key.endswith(".test")]
    seeds = parse_seeds(
        "\n".join(
            f'[[site]]\nurl = "http://{place.key.partition(":")[2]}/"\n' for place in sites
        ).encode()
    )
    run_night(
        "night", nights, plan_of(settings.NARCOWATCH), seeds, Silent(),
        clock=_standing_still(begun),
    )  # fmt: skip


def _why(place: Place) -> Candidate:
    key = parse_key(place.key)
    if place.name == "Полярная звезда" and place.night == 0:
        parent = parse_key("host:polyarnaya-zvezda1.test")
        return Candidate(key, Why.LINK, url=_url(place), parent=parent)
    return Candidate(key, Why.SEARCH, url=_url(place))


def _url(place: Place) -> str:
    return f"http://{place.key.partition(':')[2]}/"


def _page(place: Place, at: datetime, *, later: bool = False) -> CaptureRecord:
    text = place.text.format(name=place.name, city=place.city, contact=place.contact)
    if later:
        text = text.replace("14 000", "15 500").replace("Первый", "Второй")
    key = parse_key(place.key)
    egress = Egress.TOR if key.kind is TargetKind.ONION else Egress.DIRECT
    title = text.splitlines()[0]
    return CaptureRecord(
        site=key, url=_url(place), fetched_at=at, egress=egress, outcome=Outcome.OK,
        exchange=_exchange(_url(place), text),
        documents=(Document(title=title, text=text, lang="ru"),),
    )  # fmt: skip


def _posts(at: datetime) -> CaptureRecord:
    posts = tuple(
        Document(
            "Ночная смена", text.format(contact="@smena_oper"), "ru", part=str(300 + number),
            posted_at=at - timedelta(hours=9 * (len(texts.POSTS) - number)), views=1_400 + number,
        )
        for number, text in enumerate(texts.POSTS)
    )  # fmt: skip
    url = f"https://t.me/s/{CHANNEL_NAME}"
    return CaptureRecord(
        site=parse_key(CHANNEL), url=url, fetched_at=at, egress=Egress.PREVIEW,
        outcome=Outcome.OK, exchange=_exchange(url, "".join(post.text for post in posts)),
        documents=posts,
    )  # fmt: skip


def _exchange(url: str, text: str) -> Exchange:
    return Exchange(
        url, "GET", (("User-Agent", "test"),), 200, "OK", (("Content-Type", "text/html"),),
        text.encode(),
    )  # fmt: skip


def _decide(number: int, begun: datetime, people: dict[str, Person]) -> None:
    deciders = [people[name] for name in ("analyst1", "analyst2", "analyst3")]
    clock = _standing_still(begun + timedelta(days=1))
    for at, place in enumerate(one for one in PLACES if one.night == number):
        case = Case.objects.get(target__value=place.key.partition(":")[2])
        for step, letter in enumerate(place.said):
            person = deciders[(at + step) % len(deciders)]
            if letter == "h":
                until = utc_now() + timedelta(days=20)
                said = Verdict(VerdictKind.HOLD, "идёт проверка", hold_until=until)
            else:
                tie = Jurisdiction.SELLS_IN if letter == "c" else None
                reason = _REASONS.get(letter, "")
                said = Verdict(_WORDS[letter], reason, tie, seconds=25 + 7 * at + 3 * step)
            if Case.objects.get(pk=case.pk).state in {"in_review", "escalated"}:
                decide(case.pk, person, said, clock=clock)


def _release(at: datetime, people: dict[str, Person]) -> None:
    plan, protection = export_plan(settings.NARCOWATCH), _lists().lists
    clock = _standing_still(at)
    requests.make_requests(plan.rules, protection, clock=clock)
    built = exports.build(plan.recipient("regulator"), plan, protection, clock=clock)
    if built.unchanged or at > utc_now() - timedelta(days=11):  # the last one waits for release
        return
    releases.release(built.export, people["supervisor1"], plan, protection, clock=clock)
    waiting = Order.objects.filter(state=OrderState.SENT).order_by("pk")
    for once, order in enumerate(waiting):
        for answer in _answers(once):
            _answer(order, answer, at + timedelta(days=1, hours=once), people["regulator1"])


def _from_outside(at: datetime) -> None:
    """Tips about known shops, and an appeal about what was requested."""
    run = tips.new_run(clock=_standing_still(at))
    for number, target in enumerate(Target.objects.order_by("pk")[:3]):
        candidate = Candidate(target.key, Why.TIP, note="видел объявление у подъезда")
        origin = tips.Origin(f"made-up/{number}", "page", at, candidate.note)
        tips.take(run, candidate, origin, clock=_standing_still(at))
    order = Order.objects.order_by("request_id").first()
    assert order is not None
    filed = appeals.Filed(
        key="appeal/made-up",
        received_at=at,
        about=order.request.sort_key,
        asks=Asks.LIFT,
        grounds="Это сайт нашей аптеки.",
        contact="",
        target=order.request.case.target.key,
    )
    appeals.take(run, filed, days=15, clock=_standing_still(at))
    case = order.request.case
    proposals.propose(case, run, ProposalKind.GONE, {"says": "timeout in 3 nights"})


def _administered(at: datetime, people: dict[str, Person]) -> None:
    """A protected name, and somebody who reads the restricted queue with a case in it."""
    wanted = protected.Wanted(
        name="apteka.example", category="pharmacies", below=True, reason="аптека с лицензией",
        source="реестр лицензий", review_by=(utc_now() + timedelta(days=100)).date(),
    )  # fmt: skip
    clock = _standing_still(at)
    protected.add(people["supervisor1"], wanted, _lists().lists, clock=clock)
    ends_at = utc_now() + timedelta(days=30)
    grant = restricted_readers.give(
        people["admin1"], "auditor1", reason="дежурный", ends_at=ends_at, clock=clock
    )
    restricted_readers.confirm(grant.pk, people["supervisor1"], clock=clock)
    hidden = case_in(CaseState.IN_REVIEW, "host:hidden.test")
    Case.objects.filter(pk=hidden.pk).update(restricted=True)


def _answers(number: int) -> tuple[Answer, ...]:
    """What a recipient makes of an order: mostly it accepts, sometimes more, sometimes less."""
    return {
        0: (Answer.ACCEPTED, Answer.EXECUTED),
        1: (Answer.ACCEPTED,),
        2: (Answer.REFUSED,),
    }.get(number % 5, (Answer.ACCEPTED,) if number % 2 else ())


def _answer(order: Order, answer: Answer, at: datetime, person: Person) -> None:
    reason = "нет решения суда" if answer is Answer.REFUSED else ""
    when = at if answer is Answer.EXECUTED else None
    said = Answered(1, order.request_id, answer, reason, when)
    receive_answer("regulator", said, person, once=f"{order.pk}{answer}", clock=_standing_still(at))


def _lists() -> BlockingConfig:
    found = apps.get_app_config("blocking")
    assert isinstance(found, BlockingConfig)
    return found


def _photograph(at: datetime) -> None:
    """A picture of the page of the case that is looked at first."""
    for place in PLACES:
        if place.night:
            continue
        case = Case.objects.get(target__value=place.key.partition(":")[2])
        capture = case.target.captures.latest("pk")
        root = plan_of(settings.NARCOWATCH).evidence_root
        writer = EvidenceWriter(root, capture.run_id, "screens", screenshots.RETENTION)
        text = place.text.format(name=place.name, city=place.city, contact=place.contact)
        shot = Shot(
            capture.url, capture.url, at, Egress(capture.egress), _picture(text), text,
            "Chromium 140.0", images=True,
        )  # fmt: skip
        screenshots.record(case.pk, capture.run_id, shot, writer, actor="system:screenshots")
        writer.close()


def _picture(text: str) -> bytes:
    picture = Image.new("RGB", (760, 60 + 40 * len(text.splitlines())), "#1d1230")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype("DejaVuSans.ttf", 17)
    for number, line in enumerate(text.splitlines()):
        pen.text((30, 30 + 38 * number), line, font=font, fill="#f4d35e" if not number else "white")
    stored = io.BytesIO()
    picture.save(stored, "PNG")
    return stored.getvalue()
