from django.urls import path

from desk.feeds import views

urlpatterns = [
    path("feeds/", views.feeds_list, name="feeds"),
    path("feeds/<str:code>/make/", views.feed_make, name="feed_make"),
    path("feeds/<str:code>/end/", views.feed_end, name="feed_end"),
]
