"""How staff sign in: by e-mail, and only people whom a manager entered."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):
    """Close sign-up for everybody: a manager adds colleagues."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return no, whoever asks."""
        return False
