"""The record: what was seen, what it amounts to, who decided what, and when."""
