"""Packages of sessions: what is left of them, one with all its entries, and what the desk does with it."""

from django.urls import path

from desk.packages import giving, listing, views

ONE = "packages/<uuid:uuid>/"
OF_PATIENT = "patients/<uuid:uuid>/packages/"

urlpatterns = [
    path("packages/", listing.packages_list, name="packages"),
    path("packages/csv/", listing.packages_csv, name="packages_csv"),
    path(OF_PATIENT, views.patient_packages, name="patient_packages"),
    path(f"{OF_PATIENT}sell/", views.package_sell, name="package_sell"),
    path(ONE, views.package, name="package"),
    path(f"{ONE}back/", views.package_back, name="package_back"),
    path(f"{ONE}refund/", views.package_refund, name="package_refund"),
    path(f"{ONE}correct/", views.package_correct, name="package_correct"),
    path(f"{ONE}give/", giving.package_give, name="package_give"),
]
