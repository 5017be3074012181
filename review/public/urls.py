"""Every address of the public process. There are no others."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from review.public import api, pages

_READ, _BOTH, _POST = ["GET", "HEAD"], ["GET", "HEAD", "POST"], ["POST"]

urlpatterns = [
    path("", require_http_methods(_READ)(pages.home), name="home"),
    path("report", require_http_methods(_BOTH)(pages.report), name="report"),
    path("appeal", require_http_methods(_BOTH)(pages.appeal), name="appeal"),
    path("follow", require_http_methods(_BOTH)(pages.follow), name="follow"),
    path("language", require_http_methods(_POST)(pages.language), name="language"),
    # Their callers show a token in a header, which no other site can make a browser do.
    path("api/tips", csrf_exempt(api.tips), name="api_tips"),
    path("api/tips/<str:number>", csrf_exempt(api.tip), name="api_tip"),
    path("api/openapi.json", require_http_methods(_READ)(api.openapi), name="api_openapi"),
]
handler400 = "review.public.errors.bad_request"
handler403 = "review.public.errors.refused"
handler404 = "review.public.errors.missing"
handler500 = "review.public.errors.broken"
