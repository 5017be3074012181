"""Generated training text: marked as such (source ``generated_*``), never used to evaluate."""
