"""What befell a made-up case: its moves in the chain, and what people said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from bench.record.chain import Chain
from bench.record.shapes import CONFIRMED, ORDERED, WAITING, Shape, Year
from bench.record.tables import Tables
from cases.models import DecisionRow
from domain.states import CaseState as S

_ASSESS, _RECHECK, _REQUESTS = "system:assess", "system:recheck", "system:requests"
_REASONS = ("seen", "the price list is plain", "an article, no shop", "same shop as the other one")


@dataclass(slots=True)
class Life:
    """A case as its moves leave it."""

    changed_at: datetime
    state: S = S.NEW
    came_from: str = ""
    review_round: int = 0
    confirmed_at: datetime | None = None
    requested_at: datetime | None = None
    hold_owner_id: int | None = None
    hold_until: datetime | None = None
    moves: list[S] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lives:
    """Tells lives; ``people`` are numbers and names of those who decide."""

    tables: Tables
    chain: Chain
    year: Year
    people: Sequence[tuple[int, str]]

    def live(self, shape: Shape, target: str, draw: Random) -> Life:
        """Everything up to the end of the year."""
        life = Life(changed_at=self.year.moment(shape.night, draw.random() * 7))
        way = _way(shape, draw)
        deciders = draw.sample(self.people, 3)
        for to in way:
            self._on(shape.number, target, life, to, deciders, draw)
        if life.state is S.IN_REVIEW and draw.random() < 0.3:
            self._say(shape.number, life, "confirm", None, deciders[0], draw)
        return life

    def _on(
        self,
        case: int,
        target: str,
        life: Life,
        to: S,
        deciders: Sequence[tuple[int, str]],
        draw: Random,
    ) -> None:
        actor = self._verdicts(case, life, to, deciders, draw)
        if not actor:
            hours = 1 if to in {S.ASSESSED, S.SCREENED_OUT, S.IN_REVIEW} else 24 * 30
            life.changed_at = self.year.later(life.changed_at, hours * (0.5 + draw.random()))
            actor = {S.REQUESTED: _REQUESTS, S.EXPIRED: _RECHECK}.get(to, _ASSESS)
        came_from = life.state
        reason = "score 0.9312, threshold 0.5000" if to is S.IN_REVIEW else "seen"
        details = {"from": came_from.value, "to": to.value, "target": target, "reason": reason}
        self.chain.tell(life.changed_at, f"case.{to}", f"case:{case}", actor, details)
        life.came_from = came_from.value if to in {S.ON_HOLD, S.UNREACHABLE} else ""
        life.review_round += to is S.IN_REVIEW
        life.confirmed_at = life.changed_at if to is S.CONFIRMED else life.confirmed_at
        life.requested_at = life.changed_at if to is S.REQUESTED else life.requested_at
        life.state = to
        life.moves.append(to)

    def _verdicts(
        self, case: int, life: Life, to: S, deciders: Sequence[tuple[int, str]], draw: Random
    ) -> str:
        """The verdicts that lead to a state, and who gave the last; empty where no person did."""
        first, second, third = deciders
        match to:
            case S.DISMISSED if life.state is S.ESCALATED:
                self._say(case, life, "dismiss", to, third, draw)
                return third[1]
            case S.DISMISSED:
                self._say(case, life, "dismiss", to, first, draw)
                return first[1]
            case S.CONFIRMED if life.state is S.ESCALATED:
                self._say(case, life, "confirm", to, third, draw)
                return third[1]
            case S.CONFIRMED:
                self._say(case, life, "confirm", None, first, draw)
                self._say(case, life, "confirm", to, second, draw)
                return second[1]
            case S.ESCALATED if draw.random() < 0.3:
                self._say(case, life, "escalate", to, first, draw)
                return first[1]
            case S.ESCALATED:
                self._say(case, life, "confirm", None, first, draw)
                self._say(case, life, "dismiss", to, second, draw)
                return second[1]
            case S.ON_HOLD:
                life.changed_at = self.year.later(life.changed_at, draw.expovariate(1 / 30))
                life.hold_owner_id = first[0]
                life.hold_until = life.changed_at + timedelta(days=draw.randrange(20, 200))
                self._tell(case, life, "hold", first[1], 0)
                return first[1]
            case S.WITHDRAWN:
                life.changed_at = self.year.later(life.changed_at, draw.expovariate(1 / 200))
                return second[1]
        return ""

    def _say(
        self, case: int, life: Life, verdict: str, to: S | None, who: tuple[int, str], draw: Random
    ) -> None:
        life.changed_at = self.year.later(life.changed_at, draw.expovariate(1 / 40))
        seconds = min(3_000, int(draw.lognormvariate(3.4, 0.8)))
        self.tables.add(
            DecisionRow,
            case_id=case,
            person_id=who[0],
            review_round=life.review_round,
            verdict=verdict,
            reason=draw.choice(_REASONS),
            jurisdiction="sells_in" if verdict == "confirm" else "",
            seconds=seconds,
            decided_at=life.changed_at,
            state_before=life.state.value,
            led_to=to.value if to else "",
        )
        self._tell(case, life, verdict, who[1], seconds)

    def _tell(self, case: int, life: Life, verdict: str, who: str, seconds: int) -> None:
        tie = "sells_in" if verdict == "confirm" else ""
        details = {"round": life.review_round, "jurisdiction": tie, "seconds": seconds}
        self.chain.tell(life.changed_at, f"decision.{verdict}", f"case:{case}", who, details)


def _way(shape: Shape, draw: Random) -> list[S]:
    """The states that a case went through to where it stands."""
    to = shape.state
    if to in {S.NEW, S.ASSESSED}:
        return [S.ASSESSED][: to is S.ASSESSED]
    if to is S.SCREENED_OUT:
        return [S.ASSESSED, to]
    asked = [S.ASSESSED, S.IN_REVIEW]
    if to in WAITING and draw.random() < 0.06:  # a block of it ran out
        asked += [S.CONFIRMED, S.REQUESTED, S.EXPIRED, S.IN_REVIEW]
    if to is S.UNREACHABLE:
        return [*asked, *([S.CONFIRMED, S.REQUESTED] if draw.random() < 0.3 else ()), to]
    if to in CONFIRMED | {S.DISMISSED} and draw.random() < 0.1:
        asked.append(S.ESCALATED)
    if to in CONFIRMED:
        asked.append(S.CONFIRMED)
    if to in ORDERED:
        asked.append(S.REQUESTED)
    return asked if to in {S.IN_REVIEW, S.CONFIRMED, S.REQUESTED} else [*asked, to]
