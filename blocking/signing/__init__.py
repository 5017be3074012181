"""Signatures on what leaves the house: made, kept beside the manifest, and verified offline."""
