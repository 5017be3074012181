"""Settings, the format of the seeds, and the first content of lexicons and lists."""
