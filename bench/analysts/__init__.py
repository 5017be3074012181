"""Many analysts at one console: nothing fails, nothing is given twice, nothing is lost."""
