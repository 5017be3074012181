"""The training loop: what is told of it, and where it computes in half precision."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="needs the extra transformer")

import torch

from classifiers.training.transformer.loop import _processor_has_bfloat16, half_precision, run


def test_the_mean_loss_of_each_two_hundred_steps_is_told() -> None:
    model = torch.nn.Linear(2, 1)
    nothing = torch.zeros(1, 2)
    told: list[str] = []
    # What a step adds to the loss does not hang on the weights, so that its mean is known.
    losses = (model(nothing).sum() * 0 + step for step in range(450))
    run(model, losses, 450, 1e-3, told.append, "training")
    assert [line.rpartition(",")[0] for line in told] == [
        "training: step 200 of 450, loss 99.5000",
        "training: step 400 of 450, loss 299.5000",
    ]
    assert not model.training


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({"avx2": True, "avx512_bf16": False, "cpu_name": "bf16"}, False),
        ({"avx2": True, "avx512_bf16": True, "amx_bf16": False}, True),
        ({"avx512_bf16": False, "amx_bf16": True}, True),
        ({}, False),
    ],
)
def test_a_processor_computes_in_half_where_it_has_instructions_for_it(
    there: dict[str, object], expected: bool
) -> None:
    assert _processor_has_bfloat16(there) is expected


def test_products_are_of_the_precision_that_this_processor_is_good_at() -> None:
    left = torch.ones(2, 2)
    with half_precision(torch.device("cpu")):
        found = (left @ left).dtype
    helps = _processor_has_bfloat16(torch.cpu.get_capabilities())
    assert found == (torch.bfloat16 if helps else torch.float32)
