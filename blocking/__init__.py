"""Blocking requests of confirmed cases, the safeguards they pass, and the exports they leave in."""
