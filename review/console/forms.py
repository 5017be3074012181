"""What people type into the console, checked before any service sees it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from domain.decisions import MOST_SECONDS, Jurisdiction, VerdictKind
from review import vocabulary
from review.dossier.wanting import LANGUAGES, Wanted

_LONGEST = 1_000
JURISDICTIONS = tuple((one, vocabulary.JURISDICTIONS[one]) for one in Jurisdiction)
VERDICTS = (
    (VerdictKind.CONFIRM, _("Confirm")),
    (VerdictKind.DISMISS, _("Dismiss")),
    (VerdictKind.ESCALATE, _("Escalate")),
    (VerdictKind.HOLD, _("Hold")),
)


def check_last_day(form: forms.Form) -> None:
    """Refuse a hold that does not outlast today."""
    until = form.cleaned_data.get("until")
    if until is None or until <= timezone.localdate():
        form.add_error("until", _("Give the last day of the hold, after today."))


def end_of(day: date) -> datetime:
    """The end of a day where the house is."""
    return timezone.make_aware(datetime.combine(day, time.max))


class VerdictForm(forms.Form):
    """A verdict on a case: a confirmation with its jurisdiction, all others with a reason, a hold
    with its owner and the last day of it. ``seconds`` is how long the case was looked at."""

    verdict = forms.ChoiceField(choices=[(kind.value, text) for kind, text in VERDICTS])
    jurisdiction = forms.ChoiceField(
        choices=[(kind.value, text) for kind, text in JURISDICTIONS], required=False
    )
    reason = forms.CharField(max_length=_LONGEST, required=False, strip=True)
    until = forms.DateField(required=False)
    owner = forms.CharField(max_length=150, required=False)
    seconds = forms.IntegerField(min_value=0, required=False)

    def clean_seconds(self) -> int:
        """A page left open over night is no work: it counts as the most there is."""
        return min(self.cleaned_data["seconds"] or 0, MOST_SECONDS)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        verdict = given.get("verdict")
        if verdict == VerdictKind.CONFIRM and not given.get("jurisdiction"):
            self.add_error("jurisdiction", _("Say what ties it to the country."))
        if verdict and verdict != VerdictKind.CONFIRM and not given.get("reason"):
            self.add_error("reason", _("Give a reason."))
        if verdict == VerdictKind.HOLD:
            check_last_day(self)
        return given

    @property
    def hold_until(self) -> datetime:
        """The end of the hold's last day where the house is."""
        return end_of(self.cleaned_data["until"])


class ReasonForm(forms.Form):
    """Why something is done to a case."""

    reason = forms.CharField(
        max_length=_LONGEST, strip=True, error_messages={"required": _("Give a reason.")}
    )


class HoldForm(ReasonForm):
    """A hold of what is confirmed: why, until which day, and whose it is."""

    until = forms.DateField(required=False)
    owner = forms.CharField(max_length=150, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        check_last_day(self)
        return given

    @property
    def hold_until(self) -> datetime:
        """The end of the hold's last day where the house is."""
        return end_of(self.cleaned_data["until"])


class ProposalForm(forms.Form):
    """A proposal is accepted, or rejected for a reason."""

    answer = forms.ChoiceField(choices=[("accept", "accept"), ("reject", "reject")])
    reason = forms.CharField(max_length=_LONGEST, required=False, strip=True)


class Numbers(forms.Field):
    """Some numbers, of ticked boxes; whether they are anybody's is asked later."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> list[int]:
        ticked = super().clean(value)
        if not all(one.isascii() and one.isdecimal() and len(one) < 19 for one in ticked):
            raise forms.ValidationError(_("These are no numbers of cases."))
        return [int(one) for one in ticked]


class FamilyForm(VerdictForm):
    """One verdict for the ticked cases of a family: confirm or dismiss."""

    cases = Numbers()
    verdict = forms.ChoiceField(choices=[(kind.value, text) for kind, text in VERDICTS[:2]])


class NoteForm(forms.Form):
    """A note on a case."""

    text = forms.CharField(max_length=4 * _LONGEST, strip=True)


class CodeForm(forms.Form):
    """A code of an authenticator: six digits; spaces are left out."""

    code = forms.CharField(max_length=12)

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if not (code.isascii() and code.isdigit() and len(code) == 6):
            raise forms.ValidationError(_("A code has six digits."))
        return code


class PasswordForm(forms.Form):
    """A new password, typed twice, beside the one in use."""

    old = forms.CharField(strip=False)
    new = forms.CharField(strip=False)
    again = forms.CharField(strip=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("new") != given.get("again"):
            self.add_error("again", _("The two passwords are not the same."))
        return given


class ReleaseForm(forms.Form):
    """That somebody has looked at what an export changes, and its name typed."""

    looked = forms.BooleanField()
    typed = forms.CharField(max_length=60, strip=True)


class AnswerFileForm(forms.Form):
    """A file of answers, and its signature where that is a file of its own."""

    file = forms.FileField(allow_empty_file=False, max_length=200)
    signature = forms.FileField(allow_empty_file=False, max_length=200, required=False)


class AnswerForm(forms.Form):
    """One answer; its rules are those of a row in a file. ``once`` is one sending's own."""

    entry = forms.CharField(max_length=60, strip=True)
    answer = forms.CharField(max_length=20, strip=True)
    reason = forms.CharField(max_length=500, required=False, strip=True)
    at = forms.CharField(max_length=40, required=False, strip=True)
    once = forms.UUIDField()

    def cells(self) -> dict[str, str]:
        """The answer as a row would give it."""
        given = self.cleaned_data
        values = {name: given[name] for name in ("answer", "reason", "at")}
        return {"id": given["entry"], **values}


class DossierForm(forms.Form):
    """What a dossier is made for, and what is in it that is not usually. Card numbers in full need
    a reason."""

    handed_to = forms.CharField(max_length=300, strip=True)
    purpose = forms.CharField(max_length=_LONGEST, strip=True)
    language = forms.ChoiceField(choices=[(code, code) for code in LANGUAGES])
    pictures = forms.BooleanField(required=False)
    cards = forms.BooleanField(required=False)
    cards_reason = forms.CharField(max_length=_LONGEST, required=False, strip=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("cards") and not given.get("cards_reason"):
            self.add_error("cards_reason", _("Give a reason."))
        return given

    @property
    def wanted(self) -> Wanted:
        """What was typed, once it is valid."""
        given = self.cleaned_data
        reason = given["cards_reason"] if given["cards"] else ""
        return Wanted(
            given["handed_to"], given["purpose"], given["language"], given["pictures"], reason
        )
