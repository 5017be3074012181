"""Listening to channels between nights: what comes by updates, and polling in any case."""
