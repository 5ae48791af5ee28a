from django.urls import path

from desk.protocols import frames, moving, steps, views

urlpatterns = [
    path("protocols/", views.protocols_list, name="protocols"),
    path("protocols/publish/", views.protocol_publish, name="protocol_publish"),
    path("protocols/discard/", views.protocol_discard, name="protocol_discard"),
    path("protocols/plans/", moving.protocol_plans, name="protocol_plans"),
    path("protocols/<str:version>/", views.protocol, name="protocol"),
    path("protocol-steps/new/", steps.step_new, name="protocol_step_new"),
    path("protocol-steps/<str:code>/", steps.step, name="protocol_step"),
    path("protocol-steps/<str:code>/remove/", steps.step_remove, name="protocol_step_remove"),
    path("protocol-steps/<str:code>/look/", frames.look, name="protocol_look"),
    path("protocol-steps/<str:code>/test/", frames.send_test, name="protocol_test"),
]
