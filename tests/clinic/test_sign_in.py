"""The door: what is missing is said by its name."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_an_empty_sign_in_says_what_to_write():
    page = Client().post(reverse("account_login"), {})

    assert page.context["form"].errors == {
        "login": ["Write your e-mail address."],
        "password": ["Write your password."],
    }


def test_an_empty_request_for_a_link_says_what_to_write():
    page = Client().post(reverse("account_reset_password"), {})

    assert page.context["form"]["email"].label == "E-mail"
    assert page.context["form"].errors == {"email": ["Write your e-mail address."]}
