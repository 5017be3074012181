"""The snowball: which of the channels that others name is looked at next, and what that cost."""
