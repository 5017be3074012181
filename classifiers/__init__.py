"""Text in, assessment out: normalise, model, spans, indicators; training and evaluation."""

from classifiers.store import load, load_glancer

__all__ = ["load", "load_glancer"]
