"""Dossiers: cases, or a family of them, handed over to investigators as paper and as an archive."""
