"""What the tests of the letters share: values for every name, and what a letter says with them."""

import re
from itertools import combinations

from clinic import words

VALUES = {
    "clinic_name": "Rowan Skin Clinic",
    "clinic_address": "12 Mill Lane, Leeds LS1 4AB",
    "clinic_phone": "0113 496 0000",
    "clinic_hours": "Monday to Friday, 9:00 to 17:30",
    "out_of_hours": "Call 111",
    "emergency_number": "999",
    "first_name": "Mia",
    "practitioner_name": "Ana Ruiz",
    "appointment_when": "Wed 24 September, 10:00",
    "appointment_until": "11:30",
    "appointment_where": "12 Mill Lane, Leeds LS1 4AB",
    "appointment_was": "Mon 22 September, 9:00",
    "tell_us_by": "Mon 22 September, 10:00",
    "held_until": "Mon 22 September, 14:20",
    "link": "https://clinic.example/p/1",
    "book_link": "https://clinic.example/p/2",
    "personal_words": "Keep the left cheek cool.",
    "products": "A mild cleanser; mineral sunscreen",
    "home_care": "Sunscreen each morning.",
    "serum": "Hyaluronic gel",
    "treated_on": "Wed 24 September",
    "spf_from": "Thu 25 September, 16:00",
    "makeup_from": "Fri 26 September, 16:00",
    "exercise_from": "Sat 27 September, 16:00",
    "actives_earliest": "Sat 27 September, 16:00",
    "actives_from": "Mon 29 September, 16:00",
    "window_opens": "Wed 22 October",
    "window_best": "Wed 29 October",
    "window_closes": "Wed 5 November",
    "closed_from": "Mon 27 October",
    "closed_until": "Fri 31 October",
}
LETTERS = [(app, code) for app in ("aftercare", "booking") for code in words.codes(app)]
CARD = "LEAVE_WITH"  # no message, and its next visit stands in rows beside the permissions
AFTER = [code for app, code in LETTERS if app == "aftercare" and code != CARD]
IN_TABLE_D = [(app, code) for app, code in LETTERS if code in AFTER or code.startswith("PRE_")]


def said(code, *conditions, app=None, language="en"):
    """Return a letter's plain text on one line, under these conditions."""
    app = app or next(app for app, known in LETTERS if known == code)
    text = words.render(words.load(app, language, code), VALUES, frozenset(conditions)).text
    return " ".join(re.sub(r"^[-=]{3,}$", "", text, flags=re.MULTILINE).split())


def ways(letter):
    """Return sets of conditions that bring out every paragraph: none, all, all but one, each one and each two."""
    known = sorted(letter.conditions)
    few = [frozenset(some) for size in (0, 1, 2) for some in combinations(known, size)]
    return list(dict.fromkeys([*few, frozenset(known), *(frozenset(known) - {one} for one in known)]))


def all_ways(app, code, language="en"):
    """Return the letter's text under the conditions that change it."""
    sets = ways(words.load(app, language, code))
    return [said(code, *conditions, app=app, language=language) for conditions in sets]
