# SPDX-License-Identifier: Apache-2.0
"""Where products are listed, followed and proven. An event may bear any name, so it comes last."""

from __future__ import annotations

from django.urls import path

from cartulary.web.product import list_page, product_page, proof_page, results_page

_PRODUCT = "children/<uuid:key>/products/<event:event>/"

urlpatterns = [
    path("products/", list_page.products, name="list"),
    path(f"{_PRODUCT}proof.pdf", proof_page.proof, name="proof"),
    path(f"{_PRODUCT}results/", results_page.results, name="results"),
    path(_PRODUCT, product_page.product, name="product"),
]
