"""The snowball's order against first come, first served: selling channels among the first looks.

Both orders look at the same generated networks (``bench/network.py``). A look at a channel reads
its posts and learns whom it names; a look at a name that nobody bears is spent for nothing.
"""

from __future__ import annotations

import random
from collections import deque
from pathlib import Path
from statistics import mean
from typing import Any

from bench.network import Network, make_network, scored_posts
from channels.snowball.frontier import Channel, Frontier
from channels.snowball.rings import Caps
from domain.selling import sells

CHANNELS, LOOKS = 4_000, (100, 200)


def measure(seeds: int = 5) -> dict[str, Any]:
    """Selling channels found by each order within each of LOOKS, for each seed, and means."""
    scores, threshold = _scores()
    rows: list[dict[str, Any]] = []
    for seed in range(1, seeds + 1):
        network = make_network(seed, scores, CHANNELS)
        orders = {
            "snowball": looks_by_worth(network, max(LOOKS), threshold, seed),
            "first_come": looks_as_they_come(network, max(LOOKS)),
        }
        row: dict[str, Any] = {"seed": seed}
        for name, looked_at in orders.items():
            for number in LOOKS:
                row[f"{name}_{number}"] = sum(map(network.sells, looked_at[:number]))
            row[f"{name}_ring"] = sum(_in_ring(network, one) for one in looked_at)
            row[f"{name}_looks"] = len(looked_at)
        rows.append(row)
    names = [name for name in rows[0] if name != "seed"]
    return {
        "channels": CHANNELS,
        "selling": sum(map(network.sells, network.members)),
        "seeds": rows,
        "mean": {name: mean(row[name] for row in rows) for name in names},
    }


def looks_by_worth(network: Network, total: int, threshold: float, seed: int) -> list[int]:
    """Channels in the snowball's order."""
    frontier = Frontier(Caps(total=total), rng=random.Random(seed))
    for number in network.seeds:
        frontier.known(number, Channel())
        _read(frontier, network, number, threshold)
    looked_at = []
    while (pick := frontier.next()) is not None:
        looked_at.append(pick.channel)
        _read(frontier, network, pick.channel, threshold)
    return looked_at


def _read(frontier: Frontier, network: Network, number: int, threshold: float) -> None:
    member = network.members.get(number)
    posts = member.posts if member else []
    selling = sum(score >= threshold for score, _ in posts)
    frontier.read(number, len(posts), selling)
    for child, clue in member.names if member else ():
        frontier.named(number, child, clue)
    frontier.settled(number, sells(len(posts), selling) if posts else 0.0)


def looks_as_they_come(network: Network, total: int) -> list[int]:
    """Channels in the order in which they are named."""
    waiting, seen = deque(network.seeds), {*network.seeds}
    looked_at: list[int] = []
    while waiting and len(looked_at) < total + len(network.seeds):
        number = waiting.popleft()
        looked_at.append(number)
        member = network.members.get(number)
        for child, _ in member.names if member else ():
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    return looked_at[len(network.seeds) :]


def _in_ring(network: Network, number: int) -> bool:
    member = network.members.get(number)
    return member is not None and member.kind == "ring"


def _scores() -> tuple[dict[str, list[tuple[float, float]]], float]:
    import classifiers
    from classifiers.lexicons import read_lexicon

    root = Path(__file__).resolve().parents[1]
    lexicon = read_lexicon(root / "config" / "lexicons")
    glancer = classifiers.load_glancer(root / "classifiers" / "model", lexicon)

    def glance(text: str, title: str) -> tuple[float, float]:
        found = glancer.glance(text, title=title)
        return found.selling, found.about_drugs

    return scored_posts(glance), glancer.threshold
