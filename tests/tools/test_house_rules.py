"""The house's own lint finds what it is there to find, and lets the rest be."""

import pytest

from tools.house_rules import breaches, page_breaches, python_breaches


def python(source: str, *, is_rules: bool = False) -> list[tuple[int, str]]:
    return list(python_breaches(source, is_rules=is_rules))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("send.apply_async(eta=later)", "eta= puts a delay into the broker"),
        ("x = 1\nsend.apply_async(countdown=60)", "countdown= puts a delay into the broker"),
        ("options = {'eta': later}", "'eta' puts a delay into the broker"),
        ("x = 1  # TO-DO later".replace("-", ""), "work is put off in a comment"),
    ],
)
def test_a_breach_is_named_with_its_line(source, words):
    assert python(source) == [(source.count("\n") + 1, words)]


def test_words_and_names_that_only_look_like_a_delay_pass():
    assert python("eta = 1\nprint('countdown')\nsend.apply_async(expires=60)") == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("from django.db import models", "a rule imports django.db.models"),
        ("from django.utils import timezone", "a rule imports django.utils.timezone"),
        ("import celery", "a rule imports celery"),
        ("def f():\n    return date.today()", "a rule asks the clock"),
        ("x = datetime.now(UTC)", "a rule asks the clock"),
    ],
)
def test_rules_are_pure_and_other_files_need_not_be(source, words):
    assert python(source, is_rules=True) == [(source.count("\n") + 1, words)]
    assert python(source) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<script>go()</script>", "the page holds an inline script"),
        ("<p>\n<style>p{}</style>", "the page holds a style element"),
        ('<p style="color:red">', "the page holds an inline style"),
        ('<button\n  onclick="go()">', "the page holds an inline handler"),
        ('<form hx-on:submit="go()">', "the page holds an inline handler"),
        ('<link rel="stylesheet" href="https://cdn.example/a.css">', "the page holds something from elsewhere"),
    ],
)
def test_a_page_that_the_content_policy_would_stop_is_found(source, words):
    assert [found for _, found in page_breaches(source)] == [words]


def test_a_page_with_its_own_files_passes():
    page = '{# style="" #}<script src="{% static \'a.js\' %}" defer></script><a href="https://example.org">out</a>'

    assert list(page_breaches(page)) == []


def test_breaches_name_the_file_and_skip_what_is_not_ours(tmp_path):
    for folder in ("booking", "node_modules", "templates/mail"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "booking/rules.py").write_text("import celery\n")
    (tmp_path / "node_modules/rules.py").write_text("import celery\n")
    (tmp_path / "templates/mail/letter.html").write_text("<p style='margin:0'>")
    (tmp_path / "templates/page.html").write_text("<p style='margin:0'>")

    assert list(breaches(tmp_path)) == [
        "booking/rules.py:1: a rule imports celery",
        "templates/page.html:1: the page holds an inline style",
    ]
