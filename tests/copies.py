"""Sites that say nearly the same, night after night."""

from __future__ import annotations

from dataclasses import replace

from cases import assessing, decisions, families, intake, mirrors
from cases.evidence import EvidenceWriter
from cases.models import Case, DocumentRow
from crawlers.mirrors.fingerprinting import fingerprint
from domain.assessment import Assessment, Label, Role, Verdict
from domain.decisions import Jurisdiction, VerdictKind
from tests.people import analyst
from tests.records import new_run, page

GOODS = ("первый", "второй", "третий", "четвёртый", "пятый", "шестой", "седьмой", "восьмой")
SHOP = "\n".join(
    f"Товар {name} сорт из свежей партии, цена {n}000 тенге" for n, name in enumerate(GOODS)
)
NEAR = SHOP.replace("0 тенге", "9 тенге") + "\nСкидка всем новым"
HALF = (
    SHOP
    + "\n"
    + "\n".join(
        f"Репортаж о том, как {name} участок суда рассматривал громкое дело" for name in GOODS[:5]
    )
)
OTHER = "\n".join(f"Роза {name} куст для вашего сада, саженец с закрытым корнем" for name in GOODS)
BOUNDS = mirrors.Bounds(doubtful=0.1, plainly=0.8)


class Nights:
    """Sites that one run after another looks at."""

    def __init__(self, writer: EvidenceWriter) -> None:
        self.writer = writer
        self.run = new_run()

    def site(self, host: str, text: str, score: float = 0.9, *, path: str = "/") -> Case:
        """A site whose first page says ``text`` and is assessed with ``score``."""
        document = self.document(host, text, path)
        value = Assessment(score, Label.DRUG_SALE, Role.SHOP, "ru", "m", "fast")
        assessing.record(self.run.pk, {document.pk: value})
        case = document.target.case
        assessing.record_verdict(
            case.pk,
            Verdict(score, 1.0, Role.SHOP, (0,)),
            [document.pk] if score >= 0.5 else [],
            "m",
            review_threshold=0.5,
            actor="system:assess",
        )
        document.target.visits.get_or_create(run=self.run, why="seed")
        return self.fresh(case)

    def document(self, host: str, text: str, path: str) -> DocumentRow:
        url = f"http://{host}{path}"
        record = page(url, text)
        printed = replace(record.documents[0], fingerprint=fingerprint(text, (), url))
        intake.store(self.run.pk, "crawl", [replace(record, documents=(printed,))], self.writer)
        return DocumentRow.objects.latest("pk")

    def look(self) -> mirrors.Found:
        found = mirrors.look(self.run.pk, BOUNDS, actor="system:assess")
        families.regroup(actor="system:families")
        return found

    def next(self) -> None:
        self.run = new_run()

    @staticmethod
    def fresh(case: Case) -> Case:
        return Case.objects.get(pk=case.pk)


def confirm(case: Case, *names: str) -> None:
    for name in names:
        verdict = decisions.Verdict(VerdictKind.CONFIRM, jurisdiction=Jurisdiction.SELLS_IN)
        decisions.decide(case.pk, analyst(name), verdict)


def dismiss(case: Case, name: str) -> None:
    decisions.decide(case.pk, analyst(name), decisions.Verdict(VerdictKind.DISMISS, "no shop"))
