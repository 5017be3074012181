"""What a process that reads channels asks the first stage, with the model loaded once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import classifiers
from cases.models import Run
from channels.advertisers import known
from channels.advertising import GroupRules
from channels.options import Options
from channels.snowball.keeping import Keeper
from classifiers.cascade import Glance, Glancer
from classifiers.lexicons import read_lexicon


def keeper_of(run: Run, options: Options) -> Keeper:
    """Scores posts by the first stage, where there is a model. Raises ModelError."""
    if options.model is None:
        return Keeper(run, None, 1.0)
    cascade = _loaded(*options.model)

    def glance(text: str, title: str) -> Glance:
        return cascade.glance(text, title=title)

    return Keeper(run, glance, cascade.threshold)


def rules_of(options: Options) -> GroupRules | None:
    """By what groups are read; without a model nobody tells who advertises, and none is. Raises
    ModelError."""
    if options.model is None:
        return None
    cascade = _loaded(*options.model)
    return GroupRules(cascade.glance, cascade.threshold, known)


@lru_cache(maxsize=1)
def _loaded(model: Path, lexicons: Path) -> Glancer:
    return classifiers.load_glancer(model, read_lexicon(lexicons))
