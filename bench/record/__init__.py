"""A record as large as wanted, made up and seeded: ``python -m bench.record``.

What stands in it follows the distributions of ``shapes`` alone, so that two engines get the same
rows. States, decisions and holds are those that the audit chain tells: it can be verified.
"""
