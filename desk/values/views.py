"""The clinical values that judge a treatment, each with its source and whether a clinician has yet to confirm it."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from clinic import clinical
from clinic.policy import may
from treatments.models import Concern, FollowUpRule, Zone


@may("read_messages")
@require_safe
def values(request: HttpRequest) -> HttpResponse:
    context = {
        "concerns": Concern.objects.all(),
        "zones": Zone.objects.all(),
        "rules": FollowUpRule.objects.all(),
        "limits": clinical.table("limits"),
        "may_ask": request.actor.may("manage"),
    }
    return TemplateResponse(request, "desk/values/list.html", context)
