"""The record's tables. One file a subject."""

from cases.models.assessments import AssessmentRow
from cases.models.audit import AuditEvent, AuditHead
from cases.models.captures import Capture, DocumentRow
from cases.models.cards import CardNumber
from cases.models.cases import Case, Family
from cases.models.channels import ChannelFacts
from cases.models.checks import ContentCheck, Proposal
from cases.models.decisions import DecisionRow, Informed
from cases.models.images import PostImage
from cases.models.mirrors import (
    BandRow,
    FingerprintRow,
    MirrorPair,
    ProposedVerdict,
    SiteIcon,
)
from cases.models.people import Person
from cases.models.runs import Run, RunCount, RunSource, StageRun
from cases.models.screenshots import Screenshot
from cases.models.targets import CandidateRow, Target
from cases.models.tips import Tip, TipTaken, TurnedAway

__all__ = [
    "AssessmentRow",
    "AuditEvent",
    "AuditHead",
    "BandRow",
    "CandidateRow",
    "Capture",
    "CardNumber",
    "Case",
    "ChannelFacts",
    "ContentCheck",
    "DecisionRow",
    "DocumentRow",
    "Family",
    "FingerprintRow",
    "Informed",
    "MirrorPair",
    "Person",
    "PostImage",
    "Proposal",
    "ProposedVerdict",
    "Run",
    "RunCount",
    "RunSource",
    "Screenshot",
    "SiteIcon",
    "StageRun",
    "Target",
    "Tip",
    "TipTaken",
    "TurnedAway",
]
