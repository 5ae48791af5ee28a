"""The course of a patient, read, planned, changed and led from state to state; and what courses begin from."""

from django.urls import path

from desk.courses import planning, templates, views

COURSE = "patients/<uuid:uuid>/course/"

urlpatterns = [
    path("course-templates/", templates.course_templates, name="course_templates"),
    path("course-templates/<str:concern>/", templates.course_template, name="course_template"),
    path(COURSE, views.course, name="course"),
    path(f"{COURSE}plan/", planning.course_plan, name="course_plan"),
    path(f"{COURSE}edit/", planning.course_edit, name="course_edit"),
    path(f"{COURSE}pause/", views.course_pause, name="course_pause"),
    path(f"{COURSE}finish/", views.course_finish, name="course_finish"),
    path(f"{COURSE}resume/", views.course_step, {"verb": "resume"}, name="course_resume"),
    path(f"{COURSE}waive/", views.course_step, {"verb": "waive"}, name="course_waive"),
    path(f"{COURSE}maintain/", views.course_step, {"verb": "maintain"}, name="course_maintain"),
    path(f"{COURSE}end/", views.course_step, {"verb": "end_maintenance"}, name="course_end_maintenance"),
]
