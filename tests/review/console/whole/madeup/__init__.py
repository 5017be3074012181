"""A record of made-up cases with something on every page of the console."""
