"""Who advertises in a group: how many innocent authors the rule keeps, and how many sellers.

``python -m bench.advertisers`` prints the table of docs/benchmarks.md. An author is made of texts:
those of a member of the world's groups, those of a channel of the world, or texts of one source of
the evaluation corpus. What innocent members write about drugs is told by messages that were made up
for it (``tests.channels.advertising_cases``). The words of the rule were written by somebody who
had read these texts.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import classifiers
from channels.advertising import Said, advertises, said_in
from classifiers.cascade import Glancer
from classifiers.lexicons import read_lexicon

ROOT = Path(__file__).resolve().parents[1]
_DRAWN = 5_000
_SIZES = (1, 2, 3, 5)
_TALK = ("talk", "news", "harm", "pharmacy")


def authors(glancer: Glancer) -> Iterator[tuple[str, list[list[Said]]]]:
    """What the world's authors said, by what they are."""
    from tests.world.content import Truth, load

    said: dict[str, dict[str, list[Said]]] = defaultdict(lambda: defaultdict(list))
    for channel in load().channels.values():
        for post in channel.posts:
            kind = "innocent channels" if channel.truth is not Truth.SHOP else "selling channels"
            if channel.group:
                seller = post.author == "sunny_dos_orb"
                kind = "the group's seller" if seller else "innocent members of groups"
            glance = glancer.glance(post.text)
            name = f"{channel.name}/{post.author}"
            said[kind][name].append(said_in(post.text, glance, {post.author} - {""}))
    for kind, found in said.items():
        yield kind, [*found.values()]


def sources(glancer: Glancer) -> dict[tuple[bool, str], list[Said]]:
    """The texts of the corpus by whether they sell, and source."""
    rows = (ROOT / "tests/corpus/corpus.jsonl").read_text("utf-8").splitlines()
    found: dict[tuple[bool, str], list[Said]] = defaultdict(list)
    for row in map(json.loads, rows):
        sells = row["label"] == "drug_sale"
        found[sells, row["source"]].append(said_in(row["text"], glancer.glance(row["text"])))
    return found


def cases(glancer: Glancer) -> Iterator[tuple[str, int, int, int]]:
    """What innocent members write about drugs: of each kind how many messages, and how many authors
    are kept who wrote one of them, and two."""
    from tests.channels.advertising_cases import MET, UNSEEN

    line = glancer.threshold
    for met, told in (("met", MET), ("unseen", UNSEEN)):
        for kind, texts in told.items():
            found = [said_in(text, glancer.glance(text)) for text in texts]
            alone = sum(advertises([one], line) for one in found)
            pairs = sum(advertises(pair, line) for pair in combinations(found, 2))
            yield f"{kind}, {met}", len(found), alone, pairs


def share(pools: Sequence[Sequence[Said]], size: int, threshold: float) -> float:
    """How many of authors with ``size`` texts of one pool, drawn by seed, are kept."""
    rng = random.Random(size)
    able = [pool for pool in pools if len(pool) >= size]
    drawn = (rng.sample(rng.choice(able), size) for _ in range(_DRAWN))
    return sum(advertises(one, threshold) for one in drawn) / _DRAWN


def main() -> None:
    """Print the tables."""
    model, lexicons = ROOT / "classifiers" / "model", ROOT / "config" / "lexicons"
    glancer = classifiers.load_glancer(model, read_lexicon(lexicons))
    line = glancer.threshold
    print("| authors of the sample world | number | kept |\n| --- | --- | --- |")
    for kind, found in authors(glancer):
        print(f"| {kind} | {len(found)} | {sum(advertises(one, line) for one in found)} |")
    print("\n| innocent, about drugs | messages | kept by one | by two |")
    print("| --- | --- | --- | --- |")
    for kind, number, alone, pairs in cases(glancer):
        print(f"| {kind} | {number} | {alone} | {pairs} |")
    texts = sources(glancer)
    innocent = {source: pool for (sells, source), pool in texts.items() if not sells}
    selling = {source: pool for (sells, source), pool in texts.items() if sells}
    kinds = {
        "innocent: talk, news, help, pharmacies": _of(innocent, *_TALK),
        "innocent: lookalikes of offers": _of(innocent, "lookalikes"),
        "innocent: job offers": _of(innocent, "jobs"),
        "selling: shops": _of(selling, "shops"),
        "selling: in code words": _of(selling, "coded"),
        "selling: recruiting couriers": _of(selling, "recruitment"),
    }
    heads = " | ".join(f"{size} text{'s' * (size > 1)}" for size in _SIZES)
    print(f"\n| authors made of the corpus, kept | {heads} |")
    print(f"| --- {'| --- ' * len(_SIZES)}|")
    for kind, pools in kinds.items():
        shares = " | ".join(f"{share(pools, size, line):.1%}" for size in _SIZES)
        print(f"| {kind} | {shares} |")
    single = [one for pool in innocent.values() for one in pool]
    kept = sum(advertises([one], line) for one in single)
    print(f"\n{kept} of {len(single)} innocent texts keep their author alone.")


def _of(pools: dict[str, list[Said]], *beginnings: str) -> list[list[Said]]:
    return [pool for source, pool in pools.items() if source.startswith(beginnings)]


if __name__ == "__main__":
    main()
