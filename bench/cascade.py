"""The cascade against its second stage alone, the second stage against ONNX Runtime alone, and the
first stage beside scikit-learn, on texts of the grammar.

All of it runs on one thread and is timed in processor time; each figure is the best of rounds that
take turns.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from classifiers.augment.grammar import Writer
from classifiers.augment.writer import load_grammar
from classifiers.calibration import ANY, Calibration, Line
from classifiers.cascade import Band, Cascade
from classifiers.features import windows
from classifiers.lexicons import read_lexicon
from classifiers.linear import sigmoid
from classifiers.normalise import normalise
from classifiers.prepared import prepare
from classifiers.rows import UNTRAINED, read_pack
from classifiers.store import NETWORK, load, read_card
from classifiers.transformer.network import Network, batches, selling_logits
from classifiers.transformer.passages import MOST, passages_of
from classifiers.transformer.runtime import runtime
from classifiers.transformer.stage import TransformerStage
from domain.assessment import Label
from domain.lexicon import Lexicon

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "classifiers" / "model"
TEXTS, SELLING, MEDIAN = 400, 0.01, 300
_LANGS = {"ru": 0.5, "kk": 0.3, "en": 0.1, "mixed": 0.1}
_LABELS = {Label.OTHER: 0.9, Label.DRUG_OTHER: 0.1}
_ROUNDS = 3
_FITTED_ON = 4_000


def measure(model: Path = MODEL, texts: int = TEXTS, data: Path | None = None) -> dict[str, Any]:
    """Documents per second of each way, and their ratios; ``data`` is a text pack whose rows stand
    in for the grammar's."""
    assert NETWORK in read_card(model)["files"], "the model has no encoder"
    lexicon = read_lexicon(ROOT / "config" / "lexicons")
    given = mix(texts, seed=11) if data is None else mix_of_pack(data, texts, seed=11)
    return {
        "texts": len(given),
        "of": "grammar" if data is None else "pack",
        "median_chars": round(median(map(len, given))),
        **_against_all(model, lexicon, given),
        **_against_bare(model, lexicon, given),
        **_beside_sklearn(model, lexicon, given),
        "longest_page_s": round(_longest(model, lexicon), 2),
    }


def mix(count: int, seed: int) -> list[str]:
    """``count`` texts of the grammar, SELLING of them offers, about MEDIAN characters long: what
    is written is repeated in kind or cut until it has the length that was drawn for it."""
    rng = random.Random(seed)
    grammar = load_grammar()
    writer = Writer(grammar, rng)
    found = []
    for number in range(count):
        sells = number % round(1 / SELLING) == 0
        lang = rng.choices([*_LANGS], weights=[*_LANGS.values()])[0]
        label = rng.choices([*_LABELS], weights=[*_LABELS.values()])[0]
        label = Label.DRUG_SALE if sells else label
        shapes = [one for one in grammar.shapes if (one.lang, one.label) == (lang, label)]
        length = round(MEDIAN * rng.lognormvariate(0, 0.7))
        text = writer.write(rng.choice(shapes))
        while len(text) < length:
            text += "\n" + writer.write(rng.choice(shapes))
        found.append(text[:length])
    rng.shuffle(found)
    return found


def mix_of_pack(data: Path, count: int, seed: int) -> list[str]:
    """The same of rows of a pack that no shipped model is trained on: the untrained chat and the
    dev part."""
    rng = random.Random(seed)
    files = [one for one in read_pack(data) if one.part == "dev" or one.name in UNTRAINED]
    rows = [row for one in files for row in one.rows if row.text.strip()]
    innocent = [row.text for row in rows if row.label is not Label.DRUG_SALE]
    offers = [row.text for row in rows if row.label is Label.DRUG_SALE]
    found = []
    for number in range(count):
        texts = offers if number % round(1 / SELLING) == 0 else innocent
        length = round(MEDIAN * rng.lognormvariate(0, 0.7))
        text = rng.choice(texts)
        while len(text) < length:
            text += "\n" + rng.choice(texts)
        found.append(text[:length])
    rng.shuffle(found)
    return found


def _against_all(model: Path, lexicon: Lexicon, given: Sequence[str]) -> dict[str, Any]:
    """The cascade against the encoder reading every text: both as whole assessments, and the
    cascade's scores against the least that an encoder alone can do: normalise, cut, tokenise, read.
    """
    cascade = load(model, lexicon)
    ((_, second),) = cascade._further
    every = Cascade(
        cascade._first, lexicon, threshold=cascade.threshold, version="bench",
        further=[(Band(0.0, 1.0), second)],
    )  # fmt: skip
    network = Network(model)

    def encoder(text: str) -> float:
        aligned = normalise(text)
        cut = windows(aligned.text)
        places = passages_of(cut)[:MOST]
        logits = network.logits([aligned.text[cut[at].start : cut[at].end] for at in places])
        return sigmoid(float(selling_logits(logits).max()))

    rates = _in_turns(
        {
            "cascade": lambda: [cascade.assess(text) for text in given],
            "passing_all": lambda: [every.assess(text) for text in given],
            "cascade_scores": lambda: [
                cascade._judge(prepare(text, "", lexicon)) for text in given
            ],
            "encoder_alone": lambda: [encoder(text) for text in given],
        },
        len(given),
    )
    passed = sum(cascade.assess(text).stage == TransformerStage.name for text in given)
    return {
        **{f"{name}_per_s": round(rate) for name, rate in rates.items()},
        "passed_on": round(passed / len(given), 3),
        "whole_ratio": round(rates["cascade"] / rates["passing_all"], 2),
        "ratio": round(rates["cascade_scores"] / rates["encoder_alone"], 2),
    }


class _Known(Network):
    """The encoder where all its texts are in tokens already."""

    def __init__(self, folder: Path, texts: Sequence[str]) -> None:
        super().__init__(folder)
        self._ids = dict(zip(texts, super().token_ids(texts), strict=True))

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        return [self._ids[text] for text in texts]


def _against_bare(model: Path, lexicon: Lexicon, given: Sequence[str]) -> dict[str, Any]:
    """The second stage from prepared texts to log-odds, its tokens known, against a loop over ONNX
    Runtime on arrays of the same rows in the same batches."""
    cascade = load(model, lexicon)
    prepared = [prepare(text, "", lexicon) for text in given]
    earlier = [cascade._first.judge(one) for one in prepared]
    passages = [
        [one.aligned.text[one.windows[at].start : one.windows[at].end]
         for at in passages_of(one.windows)]
        for one in prepared
    ]  # fmt: skip
    network = _Known(model, [text for some in passages for text in some])
    # So low that nothing is explained: a bare loop explains nothing.
    stage = TransformerStage(network, Calibration({ANY: Line((0.0, 1.0), -1e6)}))
    arrays = [
        _padded([ids[at] for at in batch], network._pad)
        for some in passages
        for ids in [network.token_ids(some)[:MOST]]
        for batch in batches([len(one) for one in ids])
    ]
    options = runtime().SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = runtime().InferenceSession(
        str(model / NETWORK), options, providers=["CPUExecutionProvider"]
    )
    rates = _in_turns(
        {
            "path": lambda: [stage.judge(*pair) for pair in zip(prepared, earlier, strict=True)],
            "bare": lambda: [session.run(None, one) for one in arrays],
        },
        len(given),
    )
    return {
        "second_stage_per_s": round(rates["path"]), "bare_runtime_per_s": round(rates["bare"]),
        "path_times_bare": round(rates["bare"] / rates["path"], 2),
    }  # fmt: skip


def _padded(rows: Sequence[Sequence[int]], pad: int) -> dict[str, np.ndarray]:
    ids = np.full((len(rows), max(map(len, rows))), pad, dtype=np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
    lengths = np.array([[len(row)] for row in rows])
    mask = (np.arange(ids.shape[1]) < lengths).astype(np.int64)
    return {"input_ids": ids, "attention_mask": mask}


def _beside_sklearn(model: Path, lexicon: Lexicon, given: Sequence[str]) -> dict[str, Any]:
    """The first stage's scores, and scikit-learn's words and pairs with a logistic regression,
    all texts in one call."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    plain = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), LogisticRegression()
    )
    learnt = mix(_FITTED_ON, seed=12)
    plain.fit(learnt, [number % 2 for number in range(len(learnt))])
    first = load(model, lexicon)._first
    rates = _in_turns(
        {
            "first": lambda: [
                first.glance(prepare(text, "", lexicon, narrow=True)) for text in given
            ],
            "sklearn": lambda: plain.predict_proba(list(given)),
        },
        len(given),
    )
    return {
        "first_stage_per_s": round(rates["first"]), "sklearn_per_s": round(rates["sklearn"]),
        "first_of_sklearn": round(rates["first"] / rates["sklearn"], 2),
    }  # fmt: skip


def _longest(model: Path, lexicon: Lexicon) -> float:
    """Processor seconds for an assessment of a page of 400,000 characters."""
    cascade = load(model, lexicon)
    text = "\n".join(mix(1_500, seed=13))[:400_000]
    began = time.process_time()
    cascade.assess(text)
    return time.process_time() - began


def _in_turns(ways: Mapping[str, Callable[[], object]], count: int) -> dict[str, float]:
    """Texts per second of processor time, of each way its best round."""
    best = dict.fromkeys(ways, 0.0)
    for _ in range(_ROUNDS):
        for name, way in ways.items():
            began = time.process_time()
            way()
            best[name] = max(best[name], count / (time.process_time() - began))
    return best
