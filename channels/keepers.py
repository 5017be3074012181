"""What a process that reads channels keeps for the snowball, with the model loaded once."""

from __future__ import annotations

from cases.models import Run
from channels.options import Options, load_cascade
from channels.snowball.keeping import Keeper
from classifiers.cascade import Glance


def keeper_of(run: Run, options: Options) -> Keeper:
    """Scores posts by the first stage, where there is a model. Raises ModelError."""
    if options.model is None:
        return Keeper(run, None, 1.0)
    cascade = load_cascade(options.model)

    def glance(text: str, title: str) -> Glance:
        return cascade.glance(text, title=title)

    return Keeper(run, glance, cascade.threshold)
