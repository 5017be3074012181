"""Putting a candidate in the place of the model in force, and going back.

A model is copied first, then the pointer is put in place, then the audit chain is told. Killed
between any two, one whole model is in force; what the chain lacks is made up for by ``settle``,
which every command about models and every night calls first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

import classifiers
from cases import audit
from cases.files import folder_in_the_making, give_name, put_private, write_private
from cases.models import AuditEvent, AuditHead
from classifiers.corpora import read_corpora
from classifiers.learning.floors import breaches, read_floors
from classifiers.learning.in_force import (
    MODELS,
    POINTER,
    SHIPPED,
    InForce,
    folder_of,
    read_in_force,
)
from classifiers.learning.measuring import measure
from classifiers.lexicons import read_lexicon
from classifiers.store import read_card, version_of
from domain.clock import Clock, iso, utc_now
from domain.digests import digest
from domain.errors import InputError, ModelError, RuleError
from nightly.lock import only_one

ACTIONS = {"adopted": "model.adopted", "reverted": "model.reverted"}
_SUBJECT = "model"
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Models:
    """Where models lie. ``floors`` is the file of pinned figures, ``corpus`` the folder of the
    texts that they stand for, ``named`` the folder of a model that the settings name, if they do.
    """

    data_dir: Path
    shipped: Path
    lexicon_dir: Path
    floors: Path
    corpus: Path
    named: Path | None = None

    @property
    def folder(self) -> Path:
        """Where adopted models lie."""
        return self.data_dir / MODELS

    @property
    def in_use(self) -> Path:
        """The folder of the model that decides. Raises ModelError when that cannot be told."""
        return self.named or self.of(read_in_force(self.folder).model)

    def of(self, name: str) -> Path:
        """The folder of the model called ``name``."""
        return folder_of(self.folder, name, self.shipped)


@dataclass(frozen=True, slots=True)
class Listed:
    """One model: its name (``shipped`` or twelve hex digits), its place in the order of going back
    (0 is in force, None is not among them), the date of its card, and what is wrong with it."""

    name: str
    order: int | None
    version: str
    date: str
    problem: str


def adopt(
    candidate: Path,
    models: Models,
    *,
    actor: str,
    clock: Clock = utc_now,
    told: Told = lambda step: None,
) -> InForce:
    """Have the model under ``candidate`` decide from now on. Returns what is in force; ``told``
    hears of every step that is done (``copying``, ``copied``, ``pointed``, ``chained``).

    Raises ModelError when it is not whole, RuleError, naming each floor, where it falls below one,
    where it is in force already, and where ``classify.model_dir`` names another, InputError where
    there are no floors or texts to hold it against.
    """
    _check_unnamed(models)
    with _alone(models):
        now = settle(models.data_dir, clock=clock)
        version = classifiers.load(candidate, read_lexicon(models.lexicon_dir)).version
        if now.model == version or _version(models.of(now.model)) == version:
            raise RuleError(f"model {version} is in force already")
        if found := below_floors(candidate, models):
            raise RuleError("\n  ".join((f"model {version} is not adopted:", *found)))
        _keep(candidate, version, models.of(version), models.lexicon_dir, told)
        former = (now.model, *(name for name in now.former if name != version))
        return _put(models, "adopted", version, now, former, actor, clock, told)


def revert(
    models: Models, *, actor: str, clock: Clock = utc_now, told: Told = lambda step: None
) -> InForce:
    """Go back to the model that was in force before. What is left stays on the disk.

    Raises InputError where there is none to go back to, ModelError when it is not whole, RuleError
    where ``classify.model_dir`` names a model.
    """
    _check_unnamed(models)
    with _alone(models):
        now = settle(models.data_dir, clock=clock)
        if not now.former:
            raise InputError(f"there is no former model: {now.model} is in force since the start")
        name, *further = now.former
        classifiers.load(models.of(name), read_lexicon(models.lexicon_dir))
        return _put(models, "reverted", name, now, tuple(further), actor, clock, told)


def below_floors(candidate: Path, models: Models) -> list[str]:
    """The floors that the model under ``candidate`` falls below, hard negatives among them."""
    files = read_corpora(models.corpus)
    cascade = classifiers.load(candidate, read_lexicon(models.lexicon_dir))
    return breaches(read_floors(models.floors), files, measure(cascade, files))


def listed(models: Models) -> list[Listed]:
    """All models there are, in the order of going back, then the rest by name."""
    now = read_in_force(models.folder)
    order = {name: at for at, name in enumerate((now.model, *now.former))}
    there = {path.name for path in models.folder.glob("*") if path.is_dir()}
    names = {SHIPPED, *order, *(name for name in there if name.isalnum())}
    found = [_listed(name, order.get(name), models) for name in names]
    return sorted(found, key=lambda one: (one.order is None, one.order, one.name))


def _listed(name: str, order: int | None, models: Models) -> Listed:
    folder = models.of(name)
    try:
        card = read_card(folder)
        problem = ""
        try:
            classifiers.load(folder, read_lexicon(models.lexicon_dir))
        except ModelError as error:
            problem = str(error)
        return Listed(name, order, version_of(card), str(card.get("date", "")), problem)
    except ModelError as error:
        return Listed(name, order, "", "", str(error))


def settle(data_dir: Path, *, clock: Clock = utc_now) -> InForce:
    """What is in force, after the audit chain was told of a change whose process was killed."""
    now = read_in_force(data_dir / MODELS)
    with transaction.atomic():
        AuditHead.objects.select_for_update().filter(pk=1).first()  # two would both tell it
        told = AuditEvent.objects.filter(action__in=ACTIONS.values()).order_by("-seq").first()
        if now.serial > (told.details["serial"] if told else 0):
            details = {
                "serial": now.serial,
                "instead_of": now.instead_of,
                "model": now.model,
                "card": now.card,
                "at": now.at,
            }
            action = ACTIONS[now.action]
            audit.append(action, _SUBJECT, actor=now.actor, details=details, clock=clock)
    return now


def _put(
    models: Models,
    action: str,
    name: str,
    before: InForce,
    former: tuple[str, ...],
    actor: str,
    clock: Clock,
    told: Told,
) -> InForce:
    change = InForce(
        serial=before.serial + 1,
        action=action,
        model=name,
        instead_of=before.model,
        former=former,
        actor=actor,
        at=iso(clock()),
        card=digest(read_card(models.of(name))),
    )
    put_private(models.folder / POINTER, change.as_json().encode())
    told("pointed")
    now = settle(models.data_dir, clock=clock)
    told("chained")
    return now


def _keep(candidate: Path, version: str, final: Path, lexicon_dir: Path, told: Told) -> None:
    """Copy a model to where it stays. One of its name that is there already must be whole; what is
    copied must be the ``version`` that was measured."""
    if final.exists():
        classifiers.load(final, read_lexicon(lexicon_dir))
        return
    with folder_in_the_making(final) as folder:
        for path in sorted(candidate.rglob("*")):
            place = folder / path.relative_to(candidate)
            if path.is_dir():
                place.mkdir(mode=0o700)
            else:
                write_private(place, [path.read_bytes()])
            told("copying")
        copied = classifiers.load(folder, read_lexicon(lexicon_dir)).version
        if copied != version:
            raise RuleError(f"{candidate} changed from {version} to {copied} while it was measured")
        give_name(folder, final)
    told("copied")


@contextmanager
def _alone(models: Models) -> Iterator[None]:
    models.folder.mkdir(mode=0o700, exist_ok=True)
    with only_one(models.data_dir / "models.lock", "another change of the model"):
        yield


def _check_unnamed(models: Models) -> None:
    if models.named is not None:
        raise RuleError(
            "classify.model_dir names the model in force: take it out of the settings first"
        )


def _version(folder: Path) -> str:
    """The version of a model, or nothing when it has no card that can be read."""
    try:
        return version_of(read_card(folder))
    except ModelError:
        return ""
