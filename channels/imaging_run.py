"""Taking images in one run of the preview reader: with model, client and files of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import classifiers
from cases import images
from cases.evidence import EvidenceWriter
from cases.models import Run
from channels.image_keeping import ImageKeeper, PreviewImages, count_elsewhere
from channels.imaging import ImageRules, Word
from channels.options import ImagePlan, Options
from classifiers.cascade import Glancer
from classifiers.lexicons import read_lexicon
from net.journal import RequestJournal

_WORKER = "channel-images"


@dataclass(slots=True)
class Imaging:
    """What takes images, and what must be closed at the end."""

    keeper: ImageKeeper
    _run: Run
    _source: PreviewImages
    _evidence: EvidenceWriter
    _journal: RequestJournal

    @classmethod
    def begun(cls, run: Run, options: Options) -> Imaging:
        """Images as ``options`` have them; these must say that images are taken at all."""
        assert options.images is not None
        cascade = first_stage(options.images)
        journal = RequestJournal(options.journals / f"run-{run.pk:06d}-{_WORKER}.journal")
        count_elsewhere(run, journal.read())
        pace = replace(options.pace, max_bytes=options.images.max_bytes)
        source = PreviewImages(options.net, pace, journal.sent)
        evidence = EvidenceWriter(
            options.evidence_root,
            run.pk,
            _WORKER,
            images.RETENTION,
            rotate_bytes=options.rotate_bytes,
        )
        threshold = options.images.threshold
        rules = ImageRules(
            options.images.max_bytes, cascade.threshold if threshold is None else threshold
        )

        def word(text: str) -> Word:
            glance = cascade.glance(text)
            return Word(glance.selling, glance.restricted)

        keeper = ImageKeeper(run, source, rules, word, evidence)
        return cls(keeper, run, source, evidence, journal)

    def end(self) -> None:
        """Count what was sent, and close everything."""
        count_elsewhere(self._run, self._journal.read())
        self._source.close()
        self._evidence.close()
        self._journal.close()


def first_stage(plan: ImagePlan) -> Glancer:
    """The model that says which posts are offers."""
    return classifiers.load_glancer(plan.model_dir, read_lexicon(plan.lexicon_dir))
