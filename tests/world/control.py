"""The control host: what the world's server has served, as JSON."""

from __future__ import annotations

import json

from tests.world.accesslog import AccessLog
from tests.world.exchange import Handler, Request, Response, not_found


def control_handler(log: AccessLog) -> Handler:
    """Answers ``/served.json`` with the counts by host, ``/health`` with ``ok``."""

    def handle(request: Request) -> Response:
        if request.path == "/served.json":
            body = json.dumps(log.as_json()).encode()
            return Response(body=body, content_type="application/json")
        if request.path == "/health":
            return Response(body=b"ok", content_type="text/plain")
        return not_found(request)

    return handle
