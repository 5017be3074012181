"""What a process that reads channels keeps for the snowball, with the model loaded once."""

from __future__ import annotations

import classifiers
from cases.models import Run
from channels.options import Options
from channels.snowball.keeping import Keeper
from classifiers.cascade import Glance
from classifiers.lexicons import read_lexicon


def keeper_of(run: Run, options: Options) -> Keeper:
    """Scores posts by the first stage, where there is a model. Raises ModelError."""
    if options.model is None:
        return Keeper(run, None, 1.0)
    model, lexicons = options.model
    cascade = classifiers.load(model, read_lexicon(lexicons))

    def glance(text: str, title: str) -> Glance:
        return cascade.glance(text, title=title)

    return Keeper(run, glance, cascade.threshold)
