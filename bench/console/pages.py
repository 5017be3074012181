"""The pages that are measured, by what they are called in the figures."""

from __future__ import annotations

PAGES = (
    "queue: next case",
    "queue: ahead",
    "queue: verdict",
    "queue: filter of few",
    "queue: filter of many",
    "case",
    "case: largest",
    "history",
    "family",
    "search",
    "overview",
    "second review",
    "audit",
    "audit: by actor",
    "audit: by action",
    "requests",
    "requests: by address",
    "request",
    "exports",
    "export",
    "receipts",
    "receipt",
    "people",
)
