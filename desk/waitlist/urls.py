from django.urls import path

from desk.waitlist import offering, views

urlpatterns = [
    path("waitlist/", views.waitlist, name="waitlist"),
    path("waitlist/add/", views.waitlist_add, name="waitlist_add"),
    path("waitlist/match/", offering.waitlist_match, name="waitlist_match"),
    path("waitlist/<uuid:uuid>/", views.waitlist_entry, name="waitlist_entry"),
    path("waitlist/<uuid:uuid>/withdraw/", views.waitlist_withdraw, name="waitlist_withdraw"),
    path("waitlist/<uuid:uuid>/back/", views.waitlist_put_back, name="waitlist_put_back"),
    path("waitlist/<uuid:uuid>/offer/", offering.waitlist_offer, name="waitlist_offer"),
    path("waitlist/<uuid:uuid>/book/", offering.waitlist_book, name="waitlist_book"),
    path("offers/<uuid:uuid>/accept/", offering.offer_accept, name="offer_accept"),
    path("offers/<uuid:uuid>/withdraw/", offering.offer_withdraw, name="offer_withdraw"),
]
