"""The world's texts were written without sight of lexicon and training texts; this bounds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from classifiers.normalise import normalise
from classifiers.overlap import load_sketch, overlap_share, sampled_shingles
from domain.lexicon import Lexicon
from tests.world.content import CONTENT, load

ROOT = Path(__file__).resolve().parents[1]
#: Set phrases ("to place an order, write to") are anybody's; whole sentences would show.
MOST_SHARED_WITH_TRAINING = 0.03
#: The share of a text's characters that lexicon terms cover, shops and neighbours alike.
MOST_COVERED_BY_LEXICON = 0.25
#: Emptied and closed channels say too little to be measured.
LONG_ENOUGH = 200


def texts() -> Iterator[tuple[str, str]]:
    content = load(CONTENT)
    for site in content.sites.values():
        yield site.slug, "\n".join(f"{page.title}\n{page.text}" for page in site.pages)
    for channel in content.channels.values():
        text = "\n".join(post.text for post in channel.posts)
        if len(text) >= LONG_ENOUGH:
            yield channel.name, text


def test_the_world_is_not_in_the_training_texts() -> None:
    sketch = load_sketch(ROOT / "classifiers" / "model" / "overlap.npz")
    whole = "\n".join(text for _, text in texts())
    assert len(sampled_shingles(whole)) > 100
    assert overlap_share(whole, sketch) <= MOST_SHARED_WITH_TRAINING


def test_the_overlap_check_sees_what_the_generator_writes() -> None:
    from classifiers.augment.writer import generate

    sketch = load_sketch(ROOT / "classifiers" / "model" / "overlap.npz")
    written = "\n".join(row.text for row in generate(200, seed=1))
    assert overlap_share(written, sketch) > 10 * MOST_SHARED_WITH_TRAINING


@pytest.mark.parametrize(("name", "text"), list(texts()), ids=lambda value: value[:20])
def test_no_text_is_made_of_lexicon_terms(name: str, text: str) -> None:
    files = sorted((ROOT / "config" / "lexicons").glob("*.toml"))
    lexicon = Lexicon.parse({path.name: path.read_text("utf-8") for path in files})
    plain = normalise(text).text
    covered = sum(hit.end - hit.start for hit in lexicon.hits(plain)) / len(plain)
    assert 0 < covered <= MOST_COVERED_BY_LEXICON, name
