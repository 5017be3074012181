"""Text in, assessment out: normalise, model, spans, indicators; training and evaluation."""
