"""Near copies: cases of tonight against all that people have seen. See ``cases.mirrors``."""

from __future__ import annotations

from datetime import timedelta

from cases import fingerprints, mirrors
from cases.models import Case
from nightly.night import Counted, Night


def compare(night: Night, plainly: float) -> Counted:
    """Pair near copies, queue those that the score alone would not, forget old fingerprints.

    ``plainly`` is the score from which a case in review brings its copies in.
    """
    bounds = mirrors.Bounds(doubtful=night.plan.tie_threshold, plainly=plainly)
    found = mirrors.look(night.run.pk, bounds, actor="system:assess", clock=night.clock)
    oldest = night.clock() - timedelta(days=night.plan.fingerprint_days)
    copies = {case for pair in found.pairs for case in pair}
    # from the record, so that a stage that was killed and started again counts everything
    queued = Case.objects.filter(pk__in=copies, target__visits__run=night.run).exclude(tied_to=[])
    return {
        ("out", "near copies"): len(found.pairs),
        ("out", "near copies queued"): queued.count(),
        ("out", "fingerprints forgotten"): fingerprints.prune(oldest),
        **{("skipped", reason): n for reason, n in found.skipped.items() if n},
    }
