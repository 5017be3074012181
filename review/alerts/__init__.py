"""Telling people of new hits of their saved searches."""
