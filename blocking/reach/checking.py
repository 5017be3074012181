"""A batch of looks: what is due is measured from its vantages and the control, and recorded."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from blocking.reach.asking import ask
from blocking.reach.due import Task, due
from blocking.reach.measurement import Failure, Seen
from blocking.reach.plan import ReachPlan, Vantage
from blocking.reach.probing import look
from blocking.reach.recording import STAGE, UNFIT, Hit, Looked, record
from blocking.reach.settling import FOLLOWS
from blocking.reach.siblings import Sibling, pool, siblings_of
from blocking.reach.turns import urls_now
from blocking.reach.verdicts import Judged, Verdict, combine, judge
from blocking.suffixes import Suffixes
from cases import counts
from cases.counts import CountKey
from cases.models import Run
from domain.clock import Clock, utc_now

_ORDERS_AT_ONCE = 20
Counts = Counter[tuple[str, str]]


def check(
    plan: ReachPlan,
    *,
    run: Run | None = None,
    recipient: str = "",
    order: int | None = None,
    clock: Clock = utc_now,
) -> Counts:
    """Look at the orders that are due (``due.due``) and record what was met, some at a time, so
    that a batch that is killed loses little and goes on where it was.

    Returns counts by name and reason, which a ``run`` keeps as well. Raises InputError for an
    order that cannot be looked at.
    """
    begun = Counts()
    for one in plan.vantages:
        begun["skipped", f"not acknowledged: {one.name}"] += not one.acknowledged
    waiting = due(plan, clock(), recipient=recipient, order=order)
    begun.update({("skipped", reason): n for reason, n in waiting.skipped.items()})
    begun["in", "orders"] += len(waiting.tasks)
    with ThreadPoolExecutor(plan.bounds.at_once, "reach") as threads:
        batch = _Batch(plan, threads)
        tasks = batch.fitting(waiting.tasks, begun)
        _keep(begun, run)
        for start in range(0, len(tasks), _ORDERS_AT_ONCE):
            looks = batch.looked(tasks[start : start + _ORDERS_AT_ONCE], clock)
            begun.update(record(looks, plan, run=run, clock=clock))
    return +begun


def _keep(counted: Counts, run: Run | None) -> None:
    if run is not None:
        keys = {CountKey("", name, reason): n for (name, reason), n in counted.items() if n}
        counts.add(run.pk, STAGE, keys)


@dataclass(slots=True)
class _Batch:
    """What was measured so far: each URL once from each vantage. ORM and threads stay apart: the
    threads do nothing but look."""

    plan: ReachPlan
    threads: ThreadPoolExecutor
    control: Vantage | None = None
    met: dict[tuple[str, str], Seen] = field(default_factory=dict)
    suffixes: Suffixes = field(default_factory=Suffixes)
    hosts_at: Mapping[str, Collection[str]] | None = None

    def fitting(self, tasks: Sequence[Task], counted: Counts) -> list[Task]:
        """``tasks`` without vantages that reach no reference: whatever they met would look like a
        block. A control that reaches none is none."""
        if not tasks:
            return []
        used = {one.name: one for task in tasks for one in task.vantages}
        control = self.plan.control
        asked = [*used.values(), *([control] if control else [])]
        self.measure((one, url) for one in asked for url in self.plan.references)
        fit = {one.name for one in asked if self._is_fit(one)}
        for one in asked:
            counted["failed", f"{UNFIT}{one.name}"] += one.name not in fit
        self.control = control if control and control.name in fit else None
        left = []
        for task in tasks:
            vantages = tuple(one for one in task.vantages if one.name in fit)
            counted["skipped", "no vantage is fit"] += not vantages
            if vantages:
                left.append(Task(task.order, vantages))
        return left

    def _is_fit(self, vantage: Vantage) -> bool:
        seen = (self.met[vantage.name, url] for url in self.plan.references)
        return any(one.failure is Failure.ANSWERED and not one.page for one in seen)

    def measure(self, wanted: Iterable[tuple[Vantage, str]]) -> None:
        """Look at what was not looked at yet, side by side."""
        new = {(one.name, url): one for one, url in wanted if (one.name, url) not in self.met}
        found = self.threads.map(lambda key: look(key[1], new[key], self.plan), new)
        self.met.update(zip(new, found, strict=True))

    def looked(self, tasks: Sequence[Task], clock: Clock) -> list[Looked]:
        """What ``tasks`` come to, with the neighbours of what is blocked."""
        urls = urls_now(tasks, self.plan.bounds.urls)
        self.measure(
            self._pairs(
                ([vantage], urls[task.order.pk, vantage.name])
                for task in tasks
                for vantage in task.vantages
            )
        )
        looks = []
        for task in tasks:
            for vantage in task.vantages:
                part = urls[task.order.pk, vantage.name]
                judged, evidence = self._judged(vantage, part)
                hits: Sequence[Hit] = ()
                if judged.verdict is Verdict.BLOCKED and task.order.state in FOLLOWS:
                    hits = self._hits(task, vantage, part)
                looks.append(Looked(task.order.pk, vantage.name, clock(), judged, evidence, hits))
        return looks

    def _pairs(
        self, wanted: Iterable[tuple[Iterable[Vantage], Iterable[str]]]
    ) -> Iterable[tuple[Vantage, str]]:
        control = [self.control] if self.control else []
        for vantages, urls in wanted:
            yield from itertools.product([*vantages, *control], urls)

    def _judged(
        self, vantage: Vantage, urls: Sequence[str]
    ) -> tuple[Judged, list[Mapping[str, Any]]]:
        judged = list[Judged]()
        evidence = list[Mapping[str, Any]]()
        for url in urls:
            here = self.met[vantage.name, url]
            there = self.met[self.control.name, url] if self.control else None
            judged.append(judge(here, there))
            evidence.append(
                {
                    "url": url,
                    "verdict": judged[-1].verdict.value,
                    "reason": judged[-1].reason.value,
                    "vantage": here.as_json(),
                    "control": there.as_json() if there else {},
                }
            )
        return combine(judged), evidence

    def _hits(self, task: Task, vantage: Vantage, urls: Sequence[str]) -> list[Hit]:
        """The neighbours that the control reaches and ``vantage`` does not."""
        if self.control is None:
            return []
        seen = (self.met[self.control.name, url].dns.addresses for url in urls)
        addresses = {address for some in seen for address in some}
        found = siblings_of(
            task.order,
            addresses,
            self._hosts_at(),
            self.suffixes,
            self.plan.bounds.siblings,
        )
        self.measure(self._pairs([([vantage], [url for one in found for url in one.urls])]))
        hits = ((one, *self._judged(vantage, one.urls)) for one in found)
        return [
            _hit(one, judged, evidence)
            for one, judged, evidence in hits
            if judged.verdict is Verdict.BLOCKED
        ]

    def _hosts_at(self) -> Mapping[str, Collection[str]]:
        """Known hosts by their address as the control has it, asked for once a batch."""
        if self.hosts_at is None and self.control is not None:
            control, seconds = self.control, self.plan.bounds.seconds
            names, found = pool(self.plan.bounds.pool), defaultdict(list)
            answers = self.threads.map(lambda name: ask(name, control, seconds), names)
            for name, answer in zip(names, answers, strict=True):
                for address in answer.addresses:
                    found[address].append(name)
            self.hosts_at = found
        return self.hosts_at or {}


def _hit(one: Sibling, judged: Judged, evidence: Sequence[Mapping[str, Any]]) -> Hit:
    return Hit(one.name, one.tie, judged.reason.value, evidence)
