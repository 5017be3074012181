"""Encoders so small that one can say by hand what they answer, and models around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from classifiers import store
from classifiers.calibration import ANY, Calibration, Line
from classifiers.features import DIMENSIONS
from classifiers.linear import Head, LinearModel
from classifiers.ngrams import BUCKETS
from classifiers.overlap import build_sketch, save_sketch
from classifiers.signals import NAMES
from classifiers.transformer.network import NETWORK, TOKENIZER
from classifiers.transformer.runtime import runtime
from domain.lexicon import Lexicon

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
INPUTS = ("input_ids", "attention_mask")
#: What a word adds to the three logits.
Words = Mapping[str, Sequence[float]]
_SIGNAL = 1.5


def write_tokenizer(folder: Path, words: Sequence[str], special: Sequence[str] = SPECIAL) -> None:
    """Whole words, cut at blanks and punctuation; all others are unknown."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {word: number for number, word in enumerate([*special, *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    tokenizer.save(str(folder / TOKENIZER))


def write_encoder(folder: Path, words: Words, offset: Sequence[float] = (0.0, 0.0, 0.0)) -> None:
    """An encoder whose logits are ``offset`` and what each of ``words`` in the text adds."""
    write_tokenizer(folder, [*words])
    nothing = [0.0] * len(offset)
    rows = [nothing, nothing, offset, nothing, *words.values()]
    write_network(folder, np.array(rows, dtype=np.float32))


def write_network(
    folder: Path,
    table: np.ndarray,
    *,
    inputs: Sequence[str] = INPUTS,
    layer: np.ndarray | None = None,
) -> None:
    """The sum of the rows of ``table`` (entries, width) that the tokens name; with a ``layer``
    (width, labels) behind it, multiplied by that."""
    ids, mask = inputs
    summed = "summed" if layer is not None else "logits"
    nodes = [
        helper.make_node("Gather", ["table", ids], ["taken"]),
        helper.make_node("Cast", [mask], ["present"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["present", "last"], ["column"]),
        helper.make_node("Mul", ["taken", "column"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "tokens"], [summed], keepdims=0),
    ]
    values = {
        "table": table, "last": np.array([2], np.int64), "tokens": np.array([1], np.int64),
    }  # fmt: skip
    width = table.shape[1]
    if layer is not None:
        nodes.append(helper.make_node("MatMul", ["summed", "layer"], ["logits"]))
        values["layer"], width = layer, layer.shape[1]
    asked = [helper.make_tensor_value_info(one, TensorProto.INT64, ["texts", "length"])
             for one in inputs]  # fmt: skip
    graph = helper.make_graph(
        nodes, "tiny", asked,
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", width])],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / NETWORK))


def write_quantised(folder: Path, words: Sequence[str], seed: int) -> None:
    """A network of chance in eight bits, as training exports them: its activations are quantised
    by whatever is the largest in the batch."""
    rng = np.random.default_rng(seed)
    write_tokenizer(folder, words)
    table = rng.normal(size=(len(SPECIAL) + len(words), 32)).astype(np.float32)
    write_network(folder, table, layer=rng.normal(size=(32, 3)).astype(np.float32))
    runtime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        folder / NETWORK, folder / NETWORK, per_channel=True, reduce_range=True,
        weight_type=QuantType.QInt8,
    )  # fmt: skip


def write_model(
    folder: Path, lexicon: Lexicon, words: Words, *, passed_on: object = (0.0, 1.0)
) -> Path:
    """A whole model: the first stage goes by names of drugs alone, the encoder by ``words``, and
    what is said in the end is the encoder's word. Returns ``folder``."""
    write_encoder(folder, words, (-3.0, 0.0, 0.0))
    weights = np.zeros(DIMENSIONS, dtype=np.float16)
    weights[BUCKETS + NAMES.index("has:drug")] = _SIGNAL
    idf = np.ones(BUCKETS, dtype=np.float32)
    store.save(folder, LinearModel(idf, Head(weights, -1.0), Head(weights, -0.5)))
    lines = {"linear": Line((1.0,), 0.0), "transformer": Line((0.0, 1.0), 0.0)}
    store.save_calibration(folder, {name: Calibration({ANY: one}) for name, one in lines.items()})
    save_sketch(folder / store.SKETCH, build_sketch(["шесть слов для одного маленького наброска"]))
    card = {"threshold": 0.5, "lexicon": lexicon.digest, "passed_on": passed_on}
    store.write_card(folder, card)
    return folder
