"""The transparency report: what a unit had blocked in a period, in figures alone."""
