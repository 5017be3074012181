"""A trained classifier as ONNX, quantised to eight bits."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import PreTrainedModel

from classifiers.transformer.network import NETWORK, TOKENIZER
from classifiers.transformer.runtime import runtime

_OPSET = 17


class _Scores(torch.nn.Module):
    """The model with its inputs in the order that the network file names."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Logits, shape (texts, labels)."""
        found = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        assert isinstance(found, torch.Tensor)
        return found


def export(model: PreTrainedModel, tokenizer: Tokenizer, folder: Path) -> None:
    """Write ``encoder.onnx`` (weights in int8 by channel, activations quantised as they come) and
    ``tokenizer.json`` under ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    model = model.to("cpu").float().eval()
    example = torch.ones((2, 8), dtype=torch.long)
    axes = {0: "texts", 1: "tokens"}
    with tempfile.TemporaryDirectory() as made:
        plain = Path(made) / "plain.onnx"
        torch.onnx.export(
            _Scores(model), (example, example), str(plain), opset_version=_OPSET, dynamo=False,
            input_names=["input_ids", "attention_mask"], output_names=["logits"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "texts"}},
        )  # fmt: skip
        _quantise(plain, folder / NETWORK)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / TOKENIZER))


def _quantise(plain: Path, path: Path) -> None:
    runtime()  # before any part of it
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # Weights of seven bits: without VNNI, processors add two products in sixteen, which saturate.
    quantize_dynamic(
        plain, path, per_channel=True, reduce_range=True,
        weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"],
    )  # fmt: skip
