from django.urls import path

from desk.reactions import files, steps, views

urlpatterns = [
    path("reactions/", views.reactions_list, name="reactions"),
    path("reactions/list.csv", files.reactions_csv, name="reactions_csv"),
    path("reactions/<uuid:uuid>/", views.reaction, name="reaction"),
    path("reactions/<uuid:uuid>/report.pdf", files.reaction_pdf, name="reaction_pdf"),
    path("reactions/<uuid:uuid>/follow/", steps.follow, name="reaction_follow"),
    path("reactions/<uuid:uuid>/close/", steps.close, name="reaction_close"),
    path("reactions/<uuid:uuid>/authority/", steps.told_authority, name="reaction_authority"),
    path("reactions/<uuid:uuid>/look/", steps.look, name="reaction_look"),
    path("reactions/<uuid:uuid>/strike/", steps.strike, name="reaction_strike"),
    path("patients/<uuid:uuid>/reactions/add/", views.reaction_add, name="reaction_add"),
]
