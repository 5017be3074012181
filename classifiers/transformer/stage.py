"""The second stage: the encoder reads what the first could not decide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifiers.calibration import Calibration
from classifiers.linear import Contribution
from classifiers.prepared import Prepared
from classifiers.spans import PASSAGE
from classifiers.stage import Judgement
from classifiers.transformer.network import Network, drug_logits, selling_logits
from classifiers.transformer.passages import rated

# A passage is explained by leaving out each of its lines, or of its sentences, in turn
# (occlusion; Zeiler and Fergus, 2014), where it has two to MOST_PARTS of them.
_PART = re.compile(r"[^\n.!?;]*[^\W_][^\n.!?;]*(?:[.!?;]+|\n|$)")
_MOST_PARTS = 16
_LEAST_SHARE = 0.1
# Log-odds somewhat below the threshold of the shipped model. Each explanation reads the passage
# once more for each of its parts, and most of what is passed on turns out innocent: what the first
# stage showed has to do there.
_EXPLAINED_FROM = -0.5


class TransformerStage:
    """Both stages' scores together: calibration weighs the linear one's and the encoder's."""

    name = "transformer"

    def __init__(self, network: Network, calibration: Calibration) -> None:
        self._network, self._calibration = network, calibration

    def judge(self, prepared: Prepared, earlier: Judgement | None = None) -> Judgement:
        """See ``Stage``; of a long text the passages are read that ``earlier`` rates highest.

        Raises ValueError without an earlier judgement.
        """
        if earlier is None:
            raise ValueError("the transformer stage stands behind another")
        chosen = rated(prepared.windows, earlier.ratings)
        cut = [prepared.windows[at] for at in chosen]
        texts = [prepared.aligned.text[one.start : one.end] for one in cut]
        logits = self._network.logits(texts)
        scores = selling_logits(logits)
        best = int(scores.argmax())
        line = self._calibration.line(prepared.lang)
        raw = (*earlier.raw, float(scores[best]))
        selling = line.apply(raw)
        why = earlier.why
        if selling >= _EXPLAINED_FROM:
            found = self._why(texts[best], cut[best].start, float(scores[best]), line.weights[-1])
            why = (*why, *found)
        about = max(earlier.about_drugs, float(drug_logits(logits).max()))
        return Judgement(selling, about, why, raw, earlier.ratings)

    def _why(self, text: str, start: int, score: float, weight: float) -> Iterator[Contribution]:
        parts = [match.span() for match in _PART.finditer(text)]
        if not 2 <= len(parts) <= _MOST_PARTS:
            return
        without = selling_logits(self._network.logits([text[:a] + text[b:] for a, b in parts]))
        for (first, end), left in zip(parts, without, strict=True):
            added = weight * (score - float(left))
            if abs(added) >= _LEAST_SHARE:
                yield Contribution(start + first, start + end, PASSAGE, added, "")
