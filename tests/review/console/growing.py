"""A record in which everything that pages list is there some times over, and can grow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bench.record.shapes import MODEL
from blocking.models import BlockLook, Collateral, Order, OrderMove, Receipt, ReceiptEntry
from cases.intake import url_hash
from cases.models import (
    AssessmentRow,
    CandidateRow,
    Capture,
    Case,
    ContentCheck,
    DecisionRow,
    DocumentRow,
    Family,
    MirrorPair,
    Person,
    Proposal,
    ProposedVerdict,
    Screenshot,
)
from cases.moves import move
from cases.people import Role
from domain.clock import utc_now
from domain.states import CaseState
from review.models import Note, SavedFilter, SavedSearch
from tests.people import person
from tests.records import NOON, case_in, new_run
from tests.sent import sent


@dataclass(slots=True)
class Growing:
    """``case`` is one that is in review, with everything; it and ``family`` grow with the rest."""

    somebody: Person
    case: Case
    family: Family
    size: int = 0

    @classmethod
    def begin(cls, somebody: Person, family_id: int) -> Growing:
        """With nothing beside the case."""
        family = Family.objects.create(
            pk=family_id, founded_at=NOON, links=[["telegram", "operator"]]
        )
        case = case_in(CaseState.IN_REVIEW, "host:main.test")
        case.family, case.model, case.score = family, MODEL, 0.9
        case.substances, case.regions, case.langs = ["cathinones"], ["KZ-75"], ["ru"]
        case.save()
        return cls(somebody, case, family)

    def grow(self, times: int) -> None:
        """One more of everything, so many times."""
        for _ in range(times):
            self.size += 1
            self._pages(self.case)
            self._other()
            self._around()
            self._sent()

    def _pages(self, case: Case) -> None:
        run, url = new_run(), f"http://{case.target.value}/{self.size}"
        capture = Capture.objects.create(
            run=run, target=case.target, url=url, url_hash=url_hash(url), outcome="ok",
            egress="direct", status=200, retention="pages", sha256="a" * 64, warc_file="a.warc",
            fetched_at=NOON + timedelta(minutes=self.size),
        )  # fmt: skip
        document = DocumentRow.objects.create(
            capture=capture, target=case.target, title="shop", text="мефедрон 1 г", text_sha256="b"
        )
        AssessmentRow.objects.create(
            document=document, run=run, model=MODEL, stage="fast", probability=0.9, lang="ru",
            label="drug_sale", role="shop",
            indicators=[{"kind": "telegram", "value": "@operator"}],
        )  # fmt: skip
        Case.objects.filter(pk=case.pk).update(carriers=[*case.carriers, document.pk])
        case.refresh_from_db()
        CandidateRow.objects.create(
            target=case.target, why="link", url=url, run=run, noted_at=NOON, parent=case.target
        )
        ContentCheck.objects.create(
            case=case, run=run, at=NOON, state=case.state, result="up", outcome="ok",
            threshold=0.5, selling=True,
        )  # fmt: skip
        Screenshot.objects.create(
            case=case, run=run, url=url, url_hash=url_hash(url), final_url=url, taken_at=NOON,
            taken_for="system:screenshots", egress="direct", browser="Chromium", warc_file="s",
            retention="screenshots", png_sha256="c", png_size=1, png_offset=1, png_length=1,
            text_sha256="d", text_size=1, text_offset=1, text_length=1,
        )  # fmt: skip
        Note.objects.create(case=case, person=self.somebody, at=NOON, text="seen")

    def _other(self) -> None:
        """Another case of the family that ties and proposes."""
        other = case_in(CaseState.CONFIRMED, f"host:shop{self.size}.test")
        other.family, other.model = self.family, MODEL
        other.save()
        self._pages(other)
        self.case.tied_to = [*self.case.tied_to, str(other.target.key)]
        self.case.save(update_fields=["tied_to"])
        ProposedVerdict.objects.create(
            case=self.case, source=other, verdict="confirm", made_at=NOON, evidence=[]
        )
        MirrorPair.objects.create(
            one=self.case, other=other, similarity=0.9, signs=[], found_at=NOON
        )
        Proposal.objects.create(
            case=self.case, run=new_run(), kind="gone", opened_at=NOON, other=other.target
        )
        case_in(CaseState.IN_REVIEW, f"host:waits{self.size}.test")
        held = case_in(CaseState.CONFIRMED, f"host:held{self.size}.test")
        move(held.pk, CaseState.ON_HOLD, actor="test", reason="set up")
        Case.objects.filter(pk=held.pk).update(hold_owner=self.somebody, hold_until=NOON)

    def _around(self) -> None:
        who = person(f"analyst{self.size}", Role.ANALYST)
        DecisionRow.objects.create(
            case=self.case, person=who, review_round=self.case.review_round, verdict="confirm",
            decided_at=utc_now(), seconds=5, state_before="in_review",
        )  # fmt: skip
        SavedFilter.objects.create(person=self.somebody, name=str(self.size), wanted={})
        SavedSearch.objects.create(
            person=self.somebody, name=str(self.size), asks="q=a", made_at=NOON
        )

    def _sent(self) -> None:
        (order,) = sent(f"sent{self.size}.test", number=100 + self.size)
        receipt = Receipt.objects.create(
            recipient="regulator", received_at=NOON, received_by=self.somebody, via="form",
            size=1, sha256=f"{self.size:064}", counts={"applied": 1},
        )  # fmt: skip
        self._answered(receipt, order)
        look = BlockLook.objects.create(
            order=Order.objects.earliest("pk"), vantage=f"operator-{self.size}", at=NOON,
            verdict="blocked", reason="dns_nxdomain", audit_seq=1,
        )  # fmt: skip
        Collateral.objects.create(
            look=look, sibling="b.market.test", tie="same_domain", reason="dns_nxdomain"
        )

    @staticmethod
    def _answered(receipt: Receipt, order: Order) -> None:
        ReceiptEntry.objects.create(
            receipt=receipt, line=1, entry=str(order.request_id), order=order, answer="accepted",
            outcome="applied",
        )  # fmt: skip
        OrderMove.objects.create(
            order=order, came_from="sent", to="accepted", moved_at=NOON, actor="test",
            receipt=receipt, audit_seq=1,
        )  # fmt: skip
