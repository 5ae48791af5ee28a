"""What a person chose for themselves: the theme, and whether single keys do things."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from clinic.models import User
from clinic.policy import may

THEMES = ("system", "light", "dark")


@may("see_board")
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the choice and go back to where it was made."""
    chosen: dict[str, str | bool] = {}
    if request.POST.get("theme") in THEMES:
        chosen["theme"] = request.POST["theme"]
    if request.POST.get("single_keys") in ("on", "off"):
        chosen["single_keys"] = request.POST["single_keys"] == "on"
    if chosen:
        User.objects.filter(pk=request.user.pk).update(**chosen)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "desk:board")
