"""What the events of the audit chain are called before people. The chain keeps codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from review.vocabulary import called

ACTIONS: Mapping[str, Any] = {
    "appeal.received": _("appeal received"),
    "appeal.rejected": _("appeal rejected"),
    "appeal.upheld": _("appeal upheld"),
    "account.enlisted": _("Telegram account added"),
    "account.retired": _("Telegram account retired"),
    "audit.exported": _("audit chain exported"),
    "blocks.looked": _("blocks looked at"),
    "dossier.downloaded": _("dossier downloaded"),
    "dossier.handed_over": _("dossier handed over"),
    "evidence.bundled": _("evidence bundle made"),
    "evidence.damaged": _("evidence found damaged"),
    "evidence.erased": _("evidence erased"),
    "evidence.sealed": _("evidence sealed"),
    "evidence.stamped": _("evidence time-stamped"),
    "export.built": _("export built"),
    "export.delivered": _("export delivered"),
    "export.delivery_superseded": _("delivery of an export superseded by a newer release"),
    "export.downloaded": _("export downloaded"),
    "export.pulled": _("export taken by a program"),
    "export.refused": _("export refused by the gate"),
    "export.release_refused": _("release of an export refused"),
    "export.released": _("export released"),
    "export.signed": _("export signed"),
    "export.stamped": _("export time-stamped"),
    "family.joined": _("case joined to a family"),
    "image.taken": _("picture of a post taken"),
    "model.adopted": _("model adopted"),
    "model.reverted": _("model taken back"),
    "note.written": _("note written"),
    "orders.moved": _("orders moved"),
    "person.added": _("person added"),
    "person.group_changed": _("group of a person changed"),
    "person.password_changed": _("password changed"),
    "person.recipient_changed": _("recipient of a person changed"),
    "person.second_factor": _("second factor enrolled"),
    "person.second_factor_removed": _("second factor removed"),
    "person.password_given": _("password given, no code yet"),
    "person.signed_in": _("signed in"),
    "person.signed_out": _("signed out"),
    "person.switched_off": _("person switched off"),
    "person.switched_on": _("person switched on"),
    "receipt.received": _("receipt received"),
    "request.renewed": _("request renewed"),
    "request.withheld": _("request withheld"),
    "restricted.exported": _("list of the restricted queue taken"),
    "retention.forgotten": _("erased, kept long enough"),
    "run.abandoned": _("night given up"),
    "run.finished": _("night finished"),
    "run.resumed": _("night taken up again"),
    "run.started": _("night started"),
    "screenshot.asked": _("screenshot asked for"),
    "screenshot.saved": _("screenshot saved"),
    "screenshot.shown": _("screenshot looked at"),
    "screenshot.taken": _("screenshot taken"),
    "search.alert_set": _("alert of a search set"),
    "target.identified": _("number of a channel learnt"),
    "target.merged": _("two targets found to be one"),
    "target.renamed": _("channel renamed"),
    "tips.noted": _("tips taken in"),
    "token.made": _("token for a program made"),
    "token.withdrawn": _("token for a program withdrawn"),
    "verdict.proposed": _("verdict proposed by the family"),
}
_STANDS = {"opened": "open"}
_RESTRICTED = {
    "opened": _("restricted case opened"),
    "handed_over": _("restricted case handed over"),
    "closed": _("restricted case closed"),
}
_GRANTED = {
    "given": _("right to the restricted queue given"),
    "confirmed": _("right to the restricted queue confirmed"),
    "ended": _("right to the restricted queue ended"),
}


def _proposal(code: str) -> str:
    return gettext("proposal: %(state)s") % {"state": called(_STANDS.get(code, code), "proposal")}


def _never_block(code: str) -> str:
    return gettext("never-block list: %(step)s") % {"step": called(code, "never_block")}


#: Actions made of a word and a code, by what they begin with.
FAMILIES: Mapping[str, Callable[[str], str]] = {
    "case.": lambda code: gettext("case: %(state)s") % {"state": called(code, "state")},
    "decision.": lambda code: (
        gettext("verdict: %(verdict)s") % {"verdict": called(code, "verdict")}
    ),
    "undo.": lambda code: gettext("taken back: %(verdict)s") % {"verdict": called(code, "verdict")},
    "proposal.": _proposal,
    "never_block.": _never_block,
    "restricted.": lambda code: str(_RESTRICTED.get(code, code)),
    "restricted_reader.": lambda code: str(_GRANTED.get(code, code)),
}


def action_called(code: str) -> str:
    """What an action is called in the reader's language; one that nobody named, itself."""
    if name := ACTIONS.get(code):
        return str(name)
    for begin, told in FAMILIES.items():
        if code.startswith(begin):
            return told(code.removeprefix(begin))
    return code
