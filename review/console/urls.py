from __future__ import annotations

from django.urls import include, path

from review.api.operations import api
from review.console.table import PAGES
from review.taxii import views as taxii

urlpatterns = [path(**page.options()) for page in PAGES]
urlpatterns.append(path("api/v1/", api.urls))
urlpatterns.append(path("taxii2/", include((taxii.urlpatterns, taxii.NAMESPACE))))
handler400 = "review.console.errors.bad_request"
handler403 = "review.console.errors.refused"
handler404 = "review.console.errors.missing"
handler500 = "review.console.errors.broken"
