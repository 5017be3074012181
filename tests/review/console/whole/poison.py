"""Fills every free text of a record with what would run if it were taken for a page's own.

By the tables that there are, so that a new column is poisoned, too. Left alone are codes that code
depends on, digests, and what is looked up by its value.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat

MARK = "vredno"
POISON = (
    f"\"'></title></textarea></option></script><script>window.__owned=1</script>"
    f"<img src=x onerror=window.__owned=2><svg onload=window.__owned=3><b data-owned>{MARK}</b>"
    "<a href=javascript:window.__owned=4>{{ 7|add:7 }}{% now %}\u202etxt.exe"
)
_ROOMS = ("cases", "blocking", "review")
_LEFT = {
    "Person.password", "Person.first_name", "Person.last_name", "Person.email", "Person.recipient",
    "Target.value", "Capture.warc_file", "Capture.url_hash", "Screenshot.warc_file",
    "Screenshot.url_hash", "Export.folder", "Export.manifest", "Export.recipient",
    "Order.recipient", "Receipt.recipient", "BlockingRequest.document", "SavedSearch.asks",
    "Case.model", "AssessmentRow.model", "Case.came_from", "Case.held_from", "DocumentRow.part",
    "Run.kind",
    "DossierRow.subject", "DossierRow.language", "DossierRow.file",
    "AuditEvent.hash", "AuditEvent.previous", "AuditEvent.at", "AuditHead.hash",
}  # fmt: skip
#: Lists of texts, and what one poisoned one looks like.
_LISTS = {
    "Case.substances": [POISON], "Case.regions": [POISON], "Case.langs": [POISON],
    "Export.findings": [["platform", POISON, POISON]], "Export.unchecked": [POISON],
    "Family.links": [[POISON, POISON], ["telegram", POISON]],
    "AssessmentRow.indicators": [{"kind": POISON, "value": POISON}],
    "AssessmentRow.substances": [POISON],
    "AuditEvent.details": {"reason": POISON},
}  # fmt: skip


def texts() -> Iterator[tuple[type[models.Model], str]]:
    """Every column that holds a free text."""
    for room in _ROOMS:
        for model in apps.get_app_config(room).get_models():
            for field in model._meta.concrete_fields:
                name = f"{model.__name__}.{field.name}"
                if not isinstance(field, models.CharField | models.TextField):
                    continue
                if not (field.choices or field.primary_key or "sha256" in name or name in _LEFT):
                    yield model, field.name


def spread() -> list[str]:
    """Poison all rows; the names of the columns."""
    done = []
    for model, field in texts():
        told = Concat(Value(POISON), Cast(F("pk"), models.CharField()))
        if model._default_manager.update(**{field: told}):
            done.append(f"{model.__name__}.{field}")
    for name, value in _LISTS.items():
        model_name, _, field = name.partition(".")
        (model,) = (one for one in apps.get_models() if one.__name__ == model_name)
        if model._default_manager.update(**{field: value}):
            done.append(name)
    _poison_report()
    return sorted(done)


def _poison_report() -> None:
    """What a night tells of itself, in the newest one."""
    runs = apps.get_model("cases", "Run")._default_manager.filter(kind="night")
    report = runs.latest("pk").report
    report["same_failure"] = report["lost_accounts"] = [POISON]
    for source in report["sources"]:
        source.update(name=POISON, coverage="broken", coverage_reason=POISON)
    for stage in report["stages"]:
        stage.update(error=POISON, state="failed", counts={POISON: 1})
    runs.filter(pk=runs.latest("pk").pk).update(report=report)
