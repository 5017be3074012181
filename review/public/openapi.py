"""The API's description, OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from domain.told import Told
from review.public.reading import Wrong

_STATE = {"type": "string", "enum": [told.value for told in Told if told.name not in
                                     {"UPHELD", "REJECTED"}]}  # fmt: skip
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "wait": {"type": "integer"},
        "wrong": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "at": {"type": "integer", "minimum": 0},
                    "reason": {"type": "string", "enum": [wrong.value for wrong in Wrong]},
                },
            },
        },
    },
}
_SENT = {
    "type": "object",
    "required": ["number", "again"],
    "properties": {"number": {"type": "string"}, "again": {"type": "boolean"}},
}
_TOLD = {
    "type": "object",
    "required": ["sent_at", "state", "targets"],
    "properties": {
        "sent_at": {"type": "string", "format": "date-time"},
        "state": _STATE,
        "targets": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"target": {"type": "string"}, "state": _STATE},
            },
        },
    },
}


def document(max_links: int, max_text: int) -> dict[str, Any]:
    """The whole description, with the bounds of this installation."""
    report = {
        "type": "object",
        "required": ["links"],
        "additionalProperties": False,
        "properties": {
            "links": {
                "type": "array",
                "items": {"type": "string", "maxLength": 2048},
                "minItems": 1,
                "maxItems": max_links,
            },
            "text": {"type": "string", "maxLength": max_text},
        },
    }
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "The same key with the same body is the same report.",
        "schema": {"type": "string", "maxLength": 200},
    }
    number = {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}}
    post = {
        "summary": "Report links (scope tips:write)",
        "parameters": [key],
        "requestBody": {"required": True, "content": {"application/json": {"schema": report}}},
        "responses": {
            "201": _answer("Taken.", _SENT),
            "200": _answer("The same report came before.", _SENT),
            **_problems("400", "401", "403", "405", "409", "413", "415", "422", "429"),
        },
    }
    get = {
        "summary": "What became of a report of this token's (scope tips:read)",
        "parameters": [number],
        "responses": {
            "200": _answer("What is told of it.", _TOLD),
            **_problems("401", "403", "404", "405", "429"),
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tips", "version": "1"},
        "paths": {"/api/tips": {"post": post}, "/api/tips/{number}": {"get": get}},
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _problems(*statuses: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _PROBLEM}}
    return {status: {"description": "Refused.", "content": content} for status in statuses}
