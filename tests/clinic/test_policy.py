import pytest
from django.core import checks
from django.http import HttpResponse
from django.urls import path

from clinic import capabilities, policy
from clinic.models import Role


def test_the_desk_may_not_read_anything_clinical():
    desk = capabilities.capabilities_of([Role.FRONT_DESK])

    assert desk & {"see_clinical", "read_messages", "treat", "prescribe", "manage", "agree_early"} == set()


def test_a_set_of_roles_may_what_each_of_them_may():
    both = capabilities.capabilities_of([Role.FRONT_DESK, Role.PRACTITIONER])

    assert both == capabilities.capabilities_of([Role.FRONT_DESK]) | capabilities.capabilities_of([Role.PRACTITIONER])


def test_nobody_may_anything_without_a_role():
    assert capabilities.capabilities_of([]) == frozenset()


def test_a_capability_that_is_not_in_the_table_cannot_be_declared():
    with pytest.raises(KeyError):
        policy.may("fly")


def test_every_url_of_the_house_says_who_may_open_it():
    assert policy.every_view_declares_who_may() == []


def test_what_opens_without_signing_in_is_short_and_known():
    opened = {route: at.callback for route, at in policy.every_url() if policy.is_ours(at)}
    opened = {route: view for route, view in opened.items() if view.capability is None}
    for_machines = {route for route, view in opened.items() if hasattr(view, "capabilities")}

    assert set(opened) - for_machines == {
        "healthz/",
        "readyz/",
        "webhooks/mail/",
        "b/<str:token>/",
        "b/<str:token>/<int:start>/<int:who>/",
        "b/<str:token>/<str:day>/",
        "n/<str:token>/",
        "r/<str:token>/",
        "r/<str:token>/how/",
        "r/<str:token>/told/",
        "s/<str:token>/",
        "v/<str:token>/",
        "v/<str:token>/appointment.ics",
        "v/<str:token>/cancel/",
        "v/<str:token>/change/",
        "v/<str:token>/change/<int:start>/<int:who>/",
        "v/<str:token>/change/<str:day>/",
        "f/<str:token>/",
        "f/<str:token>/<slug:code>/",
        "f/<str:token>/copy/<uuid:uuid>/",
        "l/<str:token>/",
        "feeds/<str:key>.ics",
        "api/v1/openapi.json",
        r"api/^[\s\S]*\Z",
    }
    assert len(for_machines) == 11
    assert all(opened[route].capabilities for route in for_machines)


def bare(request):
    return HttpResponse()


class urls_with_a_bare_view:  # noqa: N801 -- stands in for a module
    urlpatterns = [path("bare/", bare)]


def test_the_control_a_view_that_says_nothing_is_found(settings):
    settings.ROOT_URLCONF = urls_with_a_bare_view

    found = policy.every_view_declares_who_may()

    assert [type(fault) for fault in found] == [checks.Error]
    assert "/bare/" in found[0].msg
