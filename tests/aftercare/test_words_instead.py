"""What a message says in the place of older ones that could not leave in time: of each, what still holds."""

import re

import pytest

from clinic import words
from tests.aftercare.letters import said

# (the message that leaves, the older one whose place it takes): what of that one still holds
STILL_TRUE = {
    ("AFTER_24H", "0h"): [
        "cool compress",
        "Use only a gentle cleanser and a gentle, hydrating moisturiser, both fragrance-free",
        "Keep the area clean and your hands off",
        "Do not pick or peel it: that can irritate your skin and leave a scar",
        "Drink plenty of water",
        "Stay in the shade, out of direct sun",
    ],
    ("AFTER_48H", "0h"): [
        "cool compress",
        "Use only a gentle cleanser",
        "Keep the area clean",
        "Drink plenty of water",
    ],
    ("AFTER_48H", "24h"): ["sunscreen every day: broad-spectrum, SPF 30 or higher", "Stay out of the sun", "sweat"],
    ("AFTER_72H", "0h"): ["Use only a gentle cleanser", "Keep the area clean"],
    ("AFTER_72H", "24h"): ["should be broad-spectrum", "Make-up is fine from Fri 26 September, 16:00"],
    ("AFTER_72H", "48h"): ["Do not pick or peel flakes: that can irritate your skin and leave a scar"],
    ("AFTER_5D", "0h"): ["Use only a gentle cleanser", "Keep the area clean"],
    ("AFTER_5D", "24h"): ["should be broad-spectrum", "Stay out of strong sun"],
    ("AFTER_5D", "48h"): ["Do not pick or peel flakes: that can irritate your skin and leave a scar"],
    ("AFTER_5D", "72h"): [
        "Exercise, heat and swimming are fine from Sat 27 September, 16:00",
        "still warm, sore or red and it is not getting better, please contact us",
    ],
    ("AFTER_7D", "0h"): ["Keep the area clean, and use gentle, fragrance-free products"],
    ("AFTER_7D", "24h"): ["sunscreen every day: broad-spectrum, SPF 30 or higher"],
    ("AFTER_7D", "48h"): ["Do not pick or peel: that can irritate your skin and leave a scar"],
    ("AFTER_7D", "72h"): ["still warm, sore or red and it is not getting better, please contact us"],
    ("AFTER_7D", "5d"): [
        "Retinoids and acids (AHA, BHA) are fine from Mon 29 September, 16:00, on fully healed skin only",
        "still flakes, stings or feels warm, wait",
        "sunscreen every day: broad-spectrum, SPF 30 or higher",
    ],
    ("AFTER_21D", "72h"): ["sunscreen every day: broad-spectrum, SPF 30 or higher", "on fully healed skin only"],
    ("AFTER_21D", "5d"): ["Retinoids and acids (AHA, BHA) are fine from Mon 29 September, 16:00"],
    ("AFTER_21D", "7d"): ["any problem with your skin since your visit, tell us"],
}
HEADING = re.compile(r"Still true from our (earlier messages|first message)")


@pytest.mark.parametrize(("code", "older"), STILL_TRUE)
def test_what_still_holds_of_a_message_that_never_left_is_said_by_the_next(code, older):
    says, alone = said(code, f"instead_of_{older}"), said(code)

    assert [phrase for phrase in STILL_TRUE[code, older] if phrase not in says] == []
    assert (bool(HEADING.search(says)), HEADING.search(alone)) == (True, None)


@pytest.mark.parametrize("code", ["AFTER_24H", "AFTER_48H", "AFTER_72H", "AFTER_5D", "AFTER_7D", "AFTER_21D"])
def test_every_message_takes_the_place_only_of_older_ones(code):
    in_turn = ["0h", "24h", "48h", "72h", "5d", "7d", "21d"]
    older = in_turn[: in_turn.index(code.removeprefix("AFTER_").lower())]
    asked = {name for name in words.load("aftercare", "en", code).conditions if name.startswith("instead_of_")}

    assert asked == {f"instead_of_{one}" for known, one in STILL_TRUE if known == code} | (
        {"instead_of_0h"} if "0h" in older and code != "AFTER_21D" else set()
    )
    assert asked <= {f"instead_of_{one}" for one in older}


@pytest.mark.parametrize("code", ["AFTER_24H", "AFTER_48H", "AFTER_72H", "AFTER_5D", "AFTER_7D"])
def test_what_was_said_to_this_patient_alone_is_not_lost_with_the_first_message(code):
    of_one = ("personal", "products", "home_care")
    lines = [
        "Ana Ruiz wrote to you: Keep the left cheek cool.",
        "Recommended for you: A mild cleanser; mineral sunscreen",
        "Your care at home, as we planned it: Sunscreen each morning.",
    ]

    assert [line for line in lines if line not in said(code, "instead_of_0h", *of_one)] == []
    assert [line for line in lines if line in said(code, *of_one)] == []


@pytest.mark.parametrize("code", ["AFTER_24H", "AFTER_48H"])
def test_ibuprofen_comes_late_to_nobody_who_may_not_take_it(code):
    assert "ibuprofen" in said(code, "instead_of_0h", "ibuprofen_ok")
    assert "ibuprofen" not in said(code, "instead_of_0h")


@pytest.mark.parametrize("code", ["AFTER_24H", "AFTER_48H", "AFTER_72H", "AFTER_5D"])
def test_the_word_about_cold_sores_comes_late_to_whom_it_is_for(code):
    assert "If you feel a cold sore coming, call us the same day" in said(code, "instead_of_0h", "cold_sores")
    assert "If you feel a cold sore coming" not in said(code, "instead_of_0h")
