from django.urls import path

from desk.screening import deciding, questions, views

urlpatterns = [
    path("patients/<uuid:uuid>/screening/", views.screening, name="screening"),
    path("patients/<uuid:uuid>/screening/begin/", views.screening_begin, name="screening_begin"),
    path("patients/<uuid:uuid>/screening/check/", views.screening_check, name="screening_check"),
    path("patients/<uuid:uuid>/screening/ask/<str:screen>/", views.screening_screen, name="screening_screen"),
    path("patients/<uuid:uuid>/screening/change/<str:code>/", views.screening_change, name="screening_change"),
    path("appointments/<uuid:uuid>/answers/", deciding.visit_answers, name="visit_answers"),
    path("questions/", questions.questions, name="questions"),
    path("questions/<str:code>/", questions.question, name="question"),
    path("visits-to-settle/", deciding.broken_visits, name="broken_visits"),
]
