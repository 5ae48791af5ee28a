from django.urls import path

from desk.screening import deciding, letters, life, questions, views

urlpatterns = [
    path("patients/<uuid:uuid>/screening/", views.screening, name="screening"),
    path("patients/<uuid:uuid>/screening/begin/", views.screening_begin, name="screening_begin"),
    path("patients/<uuid:uuid>/screening/check/", views.screening_check, name="screening_check"),
    path("patients/<uuid:uuid>/screening/ask/<str:screen>/", views.screening_screen, name="screening_screen"),
    path("patients/<uuid:uuid>/screening/change/<str:code>/", views.screening_change, name="screening_change"),
    path("patients/<uuid:uuid>/letters/", letters.letters_list, name="letters"),
    path("patients/<uuid:uuid>/letters/add/", letters.letter_add, name="letter_add"),
    path("letters/<uuid:uuid>/", letters.letter, name="letter"),
    path("letters/<uuid:uuid>/strike/", letters.letter_strike, name="letter_strike"),
    path("appointments/<uuid:uuid>/answers/", deciding.visit_answers, name="visit_answers"),
    path("questions/", questions.questions, name="questions"),
    path("questions/how-long/", life.question_life, name="question_life"),
    path("questions/<str:code>/", questions.question, name="question"),
    path("visits-to-settle/", deciding.broken_visits, name="broken_visits"),
]
