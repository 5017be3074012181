"""Text in, assessment out: normalise, model, spans, indicators; training and evaluation."""

from classifiers.store import load

__all__ = ["load"]
