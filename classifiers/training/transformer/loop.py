"""The training loop that pre-training and fine-tuning share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

import torch

_WARMUP = 0.06
_CLIP = 1.0
_DECAY = 0.01
_SAY_EVERY = 200

Say = Callable[[str], None]


def run(
    model: torch.nn.Module,
    losses: Iterable[torch.Tensor],
    steps: int,
    rate: float,
    say: Say,
    name: str,
) -> None:
    """Take one step of AdamW (Loshchilov and Hutter, 2019) for each of ``losses``, computed from
    ``model`` as they are drawn; the learning rate rises to ``rate`` and falls linearly to nothing
    over ``steps``. Every 200 steps ``say`` hears of the mean loss."""
    kept = [p for n, p in model.named_parameters() if p.ndim > 1 and "embedding" not in n.lower()]
    held = {id(p) for p in kept}
    rest = [p for p in model.parameters() if id(p) not in held]
    optimiser = torch.optim.AdamW(
        [{"params": kept, "weight_decay": _DECAY}, {"params": rest, "weight_decay": 0.0}],
        lr=rate, betas=(0.9, 0.98), eps=1e-6,
    )  # fmt: skip
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _share(step, steps))
    model.train()
    # Summed where it is computed: to read the loss at each step would have an accelerator wait for
    # the next batch to be made.
    total, began = torch.zeros(()), time.monotonic()
    for step, loss in enumerate(losses, 1):
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        total = total.to(loss.device) + loss.detach()
        if step % _SAY_EVERY == 0:
            mean, seconds = float(total) / _SAY_EVERY, time.monotonic() - began
            say(f"{name}: step {step} of {steps}, loss {mean:.4f}, {seconds:.0f} s")
            total = torch.zeros(())
    model.eval()


def _share(step: int, steps: int) -> float:
    warmup = max(1, int(_WARMUP * steps))
    if step < warmup:
        return (step + 1) / warmup
    return max(0.0, (steps - step) / max(1, steps - warmup))


def half_precision(device: torch.device) -> torch.autocast:
    """bfloat16 where a matrix product gains by it; weights stay in full precision.

    A processor without instructions for it gains nothing: on one with AVX2 alone a step of
    training took ten times what it takes in full precision.
    """
    helps = device.type != "cpu" or _processor_has_bfloat16(torch.cpu.get_capabilities())
    return torch.autocast(device.type, torch.bfloat16, enabled=helps)


def _processor_has_bfloat16(capabilities: Mapping[str, object]) -> bool:
    """Whether ``capabilities``, as torch tells them, hold avx512_bf16, amx_bf16 or the like."""
    return any(there is True for name, there in capabilities.items() if "bf16" in name)


def chosen_device() -> torch.device:
    """An accelerator when there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
