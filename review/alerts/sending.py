"""Sending the alerts that wait. One that was being sent when the process died goes out again under
the same key: whether it had arrived, nobody here can know."""

from __future__ import annotations

import json
import logging
from collections import Counter
from contextlib import ExitStack

from django.db.models import F

from cases.models import Case, Run
from cases.people import may
from domain.clock import Clock, utc_now
from domain.errors import InputError, TransportError
from net.mailing import Mailer
from net.webhooks import tell
from review.alerts.looking import Counted
from review.alerts.mailing import written
from review.alerts.plan import AlertPlan, Way, destination
from review.alerts.wording import Told, as_json, body, subject
from review.models import Alert, SavedSearch
from review.service import READERS

log = logging.getLogger(__name__)
State = Alert.State
#: Reasons that concern one alert alone: the next one by the same way may still get through.
_OWN = frozenset({"refused", "not allowed"})


def unsent() -> bool:
    """Whether any alert waits, or was cut short."""
    return Alert.objects.exclude(state=State.SENT).exists()


def send(plan: AlertPlan, run: Run | None = None, *, clock: Clock = utc_now) -> Counted:
    """Send every alert that waits. Returns what was counted; what failed is tried again next time.

    Only one process may do it at a time: the caller holds a lock.
    """
    counted: Counted = Counter()
    with ExitStack() as open_ways:
        sender = _Sender(plan, open_ways, clock)
        rows = Alert.objects.exclude(state=State.SENT).select_related("search__person")
        for alert in rows.order_by("pk"):
            counted[_sent(alert, sender, run, clock)] += 1
    return counted


def _sent(alert: Alert, sender: _Sender, run: Run | None, clock: Clock) -> tuple[str, str]:
    """What became of an alert, as it is counted."""
    row = Alert.objects.filter(pk=alert.pk)
    if not may(alert.search.person, READERS):
        return "skipped", "alerts of people who may not read cases"
    told = _told(alert, sender.plan.console)
    if told is None:
        row.delete()
        return "skipped", "alerts on cases that became restricted"
    row.update(state=State.SENDING, attempts=F("attempts") + 1)
    try:
        sender.send(alert, told)
    except TransportError as error:
        log.warning("alert %s was not sent: %s", alert.pk, error)
        row.update(state=State.WAITING, problem=error.reason)
        return "failed", f"{alert.search.alert}: {error.reason}"
    row.update(state=State.SENT, sent_at=clock(), sent_in=run, problem="")
    if alert.state == State.SENDING:
        return "out", "alerts sent again after being cut short"
    return "out", "alerts sent"


def _told(alert: Alert, console: str) -> Told | None:
    """What may be told of it now; None where all of its cases became restricted."""
    hits = {int(number): n for number, n in alert.cases.items()}
    rows = Case.objects.filter(pk__in=hits, restricted=False)
    cases = tuple(rows.order_by("pk").values_list("pk", flat=True))
    if not cases:
        return None
    address = f"{console.rstrip('/')}/search/saved/{alert.search_id}"
    return Told(alert.search_id, sum(hits[number] for number in cases), cases, address)


class _Sender:
    """Sends over ways that are opened once. One that failed is not tried again: a server that is
    down costs one time-out, not one an alert."""

    def __init__(self, plan: AlertPlan, open_ways: ExitStack, clock: Clock) -> None:
        self.plan, self._clock = plan, clock
        self._mailer = open_ways.enter_context(Mailer(plan.mail)) if plan.mail else None
        self._failed: dict[str, str] = {}

    def send(self, alert: Alert, told: Told) -> None:
        saved = alert.search
        try:
            self.plan.check(Way(saved.alert), saved.address)
        except InputError as error:
            raise TransportError(str(error), reason="not allowed", permanent=True) from error
        where = "mail" if saved.alert == Way.MAIL else destination(Way.WEBHOOK, saved.address)
        if reason := self._failed.get(where):
            raise TransportError(f"{where} failed before", reason=reason)
        try:
            self._hand_over(saved, told, str(alert.key))
        except TransportError as error:
            if error.reason not in _OWN:
                self._failed[where] = error.reason
            raise

    def _hand_over(self, saved: SavedSearch, told: Told, key: str) -> None:
        if saved.alert == Way.MAIL:
            assert self._mailer is not None  # the plan let it through
            assert self.plan.mail is not None
            to, language = saved.address, self.plan.language
            title, text = subject(told, language), body(told, language)
            self._mailer.send(to, written(self.plan.mail, to, title, text, key, self._clock()))
            return
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, "Accept": "*/*"}
        tell(self.plan.net, saved.address, json.dumps(as_json(told, key)).encode(), headers)
