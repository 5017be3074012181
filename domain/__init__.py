"""The project's words: types, keys, states and rules. Pure: no Django, no I/O at import."""
