"""A tour of the console with made-up data, for training. Nothing in it is real."""
