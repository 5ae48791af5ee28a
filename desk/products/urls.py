from django.urls import path

from desk.products import views

urlpatterns = [
    path("products/", views.products_list, name="products"),
    path("products/add/", views.product_add, name="product_add"),
    path("products/<str:which>/", views.product_edit, name="product_edit"),
    path("products/<str:which>/out/", views.product_out, name="product_out"),
    path("products/<str:which>/back/", views.product_back, name="product_back"),
]
