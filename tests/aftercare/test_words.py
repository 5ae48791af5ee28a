"""The letters to patients: every fact that the clinical tables ask for is found in them."""

import re

import pytest

from clinic import clinical, words
from tests.aftercare.letters import AFTER, IN_TABLE_D, LETTERS, said

# --- which fact stands where: (letter, words it must hold, the condition under which it holds them) -------

TOPICS_FOR_PATIENTS = {
    "Depth -> downtime",
    "After-effect",
    "Risk",
    "Aftercare",
    "Return to activity",
    "Red flag",
    "Result timing",
    "Spacing",
    "Maintenance",
    "Home maintenance",
}
TOPICS_FOR_OTHER_PAGES = {
    *("Alternate names", "Definition", "Needle length range", "Depth principle", "Device kind", "Device property"),
    *("Concern", "Session step 1", "Session step 2", "Session step 2 (variant)", "Session step 3", "Session step 4"),
    *("Serum effect", "Session step 5", "Session duration", "Operator", "Consultation", "Personalised plan"),
    *("Number of sessions", "Spacing modifier", "Contraindication", "Suitability", "Combination"),
}
SEED_FACTS = {
    "downtime varies from a few hours to a few days depending on needle depth": [
        ("AFTER_0H", r"depends on how deep the needles went: from a few hours to a few days"),
    ],
    "redness like mild sunburn, slight swelling, immediately": [
        ("AFTER_0H", r"Right away .*warm and tender, like mild sunburn.*a little swollen.* red"),
    ],
    "sensitivity, tightness, tingling; a few hours to a day": [
        ("AFTER_0H", r"tight, tingly and sensitive for a few hours to a day"),
    ],
    "redness/sensitivity usually subsides in a day or two": [
        ("AFTER_0H", r"Warmth, redness.* mostly fade within 24 to 48 hours"),
        ("AFTER_24H", r"warmth, redness.*mostly fades in the next day"),
    ],
    "redness and mild swelling subside within 24 to 48 hours": [
        ("AFTER_0H", r"redness, mild swelling and soreness mostly fade within 24 to 48 hours"),
    ],
    "redness/swelling subside within a few days": [
        ("AFTER_0H", r"For some people it takes a few days"),
        ("AFTER_72H", r"Most of the warmth, redness and swelling should have gone"),
    ],
    "mild discomfort like sunburn up to 48 hours": [
        ("AFTER_0H", r"soreness mostly fade within 24 to 48 hours"),
        ("AFTER_0H", r"Soreness, like sunburn, can last up to 48 hours", "deep"),
    ],
    "light peeling/flaking over the next few days": [
        ("AFTER_0H", r"flake or peel lightly over the next few days"),
        ("AFTER_48H", r"flake or peel lightly"),
    ],
    "mild discomfort or redness during and immediately after": [
        ("AFTER_0H", r"Right away your skin may feel warm and tender.*sore, and look pink, red"),
    ],
    "slight risk of infection, esp. if area not kept clean": [
        ("AFTER_0H", r"small risk of infection, and it grows when the area is not kept clean"),
    ],
    "rare: scarring, skin pigment changes": [
        ("AFTER_0H", r"Problems are rare.* scars, and lighter or darker patches"),
    ],
    "complications: prolonged redness, severe swelling, infection": [
        ("AFTER_0H", r"Problems are rare. They are an infection, redness that does not fade, severe swelling"),
    ],
    "do not pick peeling skin (irritation/scarring)": [
        ("AFTER_0H", r"Do not pick or peel it: that can irritate your skin and leave a scar"),
        ("AFTER_48H", r"do not pick or peel it: that can irritate your skin and leave a scar"),
    ],
    "moisturise with gentle hydrating product": [
        ("AFTER_0H", r"gentle, hydrating moisturiser"),
        ("AFTER_48H", r"Use your gentle moisturiser often"),
    ],
    "cool compress or OTC anti-inflammatory (e.g. ibuprofen) if needed": [
        ("AFTER_0H", r"A cool compress"),
        ("AFTER_0H", r"If you need it, .*from the pharmacy, such as ibuprofen", "ibuprofen_ok"),
    ],
    "avoid retinoids/exfoliating acids until fully healed": [
        ("AFTER_0H", r"Wait longer with retinoids, acids, scrubs and peels if it has not fully healed"),
        ("AFTER_72H", r"Retinoids and acids \(AHA, BHA\), only on fully healed skin"),
        ("AFTER_5D", r"wait until it has fully healed"),
    ],
    "avoid actives (retinoids, AHA, BHA) at least 3-5 days": [
        ("AFTER_0H", r"Retinoids and acids \(AHA, BHA\): from Mon 29 September"),
        ("AFTER_72H", r"Retinoids and acids \(AHA, BHA\), only on fully healed skin: from Sat 27 September"),
    ],
    "gentle cleanser, fragrance-free moisturiser": [
        ("AFTER_0H", r"A gentle cleanser, and a gentle, hydrating moisturiser, both fragrance-free"),
    ],
    "broad-spectrum sunscreen SPF 30 or higher": [
        ("AFTER_24H", r"broad-spectrum, SPF 30 or higher"),
        ("AFTER_0H", r"Sunscreen, SPF 30 or higher: from Thu 25 September, 16:00"),
    ],
    "makeup after 24-48 hours if skin not overly irritated": [
        (
            "AFTER_0H",
            r"Make-up: from Fri 26 September, 16:00.*Wait longer with make-up if your skin is still irritated",
        ),
        ("AFTER_48H", r"make-up from Fri 26 September, 16:00 if your skin is not irritated"),
    ],
    "avoid direct sun exposure": [
        ("AFTER_0H", r"Stay in the shade, out of direct sun"),
        ("AFTER_24H", r"Sun on the area.*: from Sat 27 September"),
    ],
    "stay hydrated": [("AFTER_0H", r"Drink plenty of water")],
    "keep treated area clean": [
        ("AFTER_0H", r"Clean skin and hands off"),
        ("AFTER_24H", r"keep the area clean"),
    ],
    "practitioner gives specific instructions; follow all post-care": [
        ("AFTER_0H", r"follow what Ana Ruiz said. Please follow all of it"),
    ],
    "return to daily activities immediately; little/no downtime": [
        ("AFTER_0H", r"Most people go straight back to their day"),
    ],
    "prolonged redness": [(code, r"still warm or red after 72 hours") for code in AFTER],
    "severe swelling": [(code, r"the swelling is severe") for code in AFTER],
    "signs of infection: pus or excessive pain -> see dermatologist": [
        (code, r"you see pus.* it hurts a great deal.*Pus or strong pain can mean an infection. .*dermatologist")
        for code in AFTER
    ],
    "subtle texture/tone improvement within a week": [
        ("AFTER_7D", r"a small change: smoother skin, a more even tone. It is subtle"),
    ],
    "full benefits usually after 4-6 weeks": [
        ("FOLLOW_42D", r"4 to 6 weeks after your visit, you can mostly see the full benefit"),
    ],
    "improvement within a few weeks, continues over time": [
        ("AFTER_7D", r"grows over the next few weeks and goes on over time"),
    ],
    "4 to 6 weeks apart": [("FOLLOW_28D", r"4 to 6 weeks between visits")],
    "every few months; periodic / regular maintenance": [("MAINT_DUE", r"One visit every few months can help")],
    "sun protection, daily routine tailored to skin type and concerns": [
        ("MAINT_DUE", r"sunscreen every day, SPF 30.*a daily routine that fits your skin and what you want for it"),
    ],
}

ABOUT_SENDING = {
    "Only if no open problem and plan not finished.",
    "Send only if not booked.",
    "Front desk gets an overdue task next day.",
}
RED_FLAGS = [(r"Call us the same day on 0113 496 0000",)]
REVIEW = [
    (r"take a photo in daylight, with the same light and from the same place",),
    (r"How happy are you\? 0 is not at all, 10 is completely",),
    (r"We take photos as we did at the start",),
    (r"Tell us how it is: https://clinic.example/p/1", "link"),
]
ASKED = {
    ("AFTER_0H", "Redness like mild sunburn"): [(r"like mild sunburn.*swollen.* red.*tight, tingly",)],
    ("AFTER_0H", "Cool compress helps"): [(r"What helps - A cool compress",)],
    ("AFTER_0H", "Gentle hydrating product only"): [(r"gentle, hydrating moisturiser.*Use nothing else",)],
    ("AFTER_0H", "keep area clean, hands off"): [(r"Clean skin and hands off",)],
    ("AFTER_0H", "No makeup, no sunscreen product on skin until 24 h"): [
        (r"Not yet Sunscreen, SPF 30 or higher: from Thu 25 September, 16:00 Make-up: from Fri",),
        (r"Exercise, heat, sauna, swimming: from Sat",),
        (r"Stay in the shade",),
    ],
    ("AFTER_0H", "Do not pick"): [(r"Do not pick",)],
    ("AFTER_0H", "Red flags + phone"): RED_FLAGS,
    ("AFTER_24H", "Tightness/tingling should be easing"): [(r"Tight, tingly skin should be easing now",)],
    ("AFTER_24H", "Start broad-spectrum SPF 30+ daily"): [
        (r"From Thu 25 September, 16:00 - Start sunscreen and use it every day: broad-spectrum, SPF 30",),
        (r"A mineral one is best",),
    ],
    ("AFTER_24H", "Makeup allowed from now if calm and depth < 1.5 mm"): [
        (r"You may wear make-up from Fri 26 September, 16:00, as long as your skin is calm",),
        (r"Please wait with make-up. You may wear it from Fri 26 September, 16:00", "deep"),
    ],
    ("AFTER_24H", "Avoid sun and sweat until 72 h"): [(r"Sun on the area, sweat, .*: from Sat 27 September",)],
    ("AFTER_24H", "Reply if anything worries you"): [(r"If anything worries you, reply to this message",)],
    ("AFTER_48H", "Redness/discomfort should be settling"): [(r"Soreness, warmth and redness should be settling now",)],
    ("AFTER_48H", "Makeup fine if not irritated"): [(r"You may wear make-up .* if your skin is not irritated",)],
    ("AFTER_48H", "Flaking may start: moisturise, do not pick"): [
        (r"may start to flake or peel lightly.*moisturiser often, and do not pick",),
    ],
    ("AFTER_48H", "Still no retinoid/AHA/BHA"): [(r"Not yet .*Retinoids and acids \(AHA, BHA\): from Mon 29",)],
    ("AFTER_48H", "Ask: redness 0-3, pain 0-10, photo upload"): [
        (r"How red, or darker than usual, is it\? 0 is not at all, 3 is a great deal",),
        (r"How much does it hurt\? 0 is no pain, 10 is the worst pain",),
        (r"take a photo in daylight.*Tell us how it is: https://clinic.example/p/1", "link"),
    ],
    ("AFTER_72H", "Exercise and swimming can restart if comfortable"): [
        (r"start again Exercise, heat and swimming, if it feels comfortable: from Sat 27 September, 16:00",),
    ],
    ("AFTER_72H", "First day actives may restart ONLY if fully healed"): [
        (r"only on fully healed skin: from Sat 27 September, 16:00",),
        (r"If you are not sure, leave retinoids and acids until Mon 29 September",),
    ],
    ("AFTER_72H", "Redness not improving -> contact us"): [(r"red and it is not getting better, please contact us",)],
    ("AFTER_5D", "If skin feels normal you may restart retinoids, AHA, BHA"): [
        (r"If your skin feels normal, you may start your retinoids and acids \(AHA, BHA\) again from Mon 29",),
    ],
    ("AFTER_5D", "If not, wait"): [(r"If it still flakes, stings or feels warm, wait",)],
    ("AFTER_5D", "Keep SPF"): [(r"Keep using sunscreen with SPF 30",)],
    ("AFTER_7D", "Most effects should be gone"): [(r"Most of what you felt after your visit should be gone by now",)],
    ("AFTER_7D", "You may notice subtle improvement"): [(r"You may notice a small change.*subtle",)],
    ("AFTER_7D", "Ask satisfaction 0-10 and any problem"): [
        (r"How happy are you so far\? 0 is not at all, 10 is completely",),
        (r"Have you had any problem with your skin",),
        (r"Tell us how it is: https://clinic.example/p/1", "link"),
        (r"If you have had a problem, please call",),
    ],
    ("AFTER_21D", "Any new bump, lump, spot with pus, lasting redness or dark patch?"): [
        (r"new bump or lump - a spot with pus - redness or warmth that has stayed - a patch that is darker",),
    ],
    ("AFTER_21D", "(slow infections appear on average 3 weeks"): [(r"Some come slowly, about three weeks after",)],
    ("AFTER_21D", "granulomas from days to weeks)"): [(r"a new bump or lump",)],
    ("AFTER_21D", "If yes, call"): [(r"If you find one, please call us on 0113 496 0000",)],
    ("FOLLOW_28D", "You can book your next session between day 28 and day 42"): [
        (r"on any day from Wed 22 October to Wed 5 November",),
    ],
    ("FOLLOW_42D", "Last reminder"): [(r"Our last reminder",)],
    ("FOLLOW_42D", "full benefit of this session usually visible now"): [(r"By now, .*mostly see the full benefit",)],
    ("SERIES_REVIEW_30", "Photos + scales."): REVIEW,
    ("SERIES_REVIEW_90", "Photos + scales."): REVIEW,
    ("SERIES_REVIEW_180", "Photos + scales."): REVIEW,
    ("MAINT_DUE", "'Every few months'"): [(r"One visit every few months",), (r"Choose a time: https", "book_link")],
    ("MAINT_DUE", "good home care and SPF"): [(r"sunscreen every day, SPF 30 or higher.* daily routine",)],
    ("PRE_7D", "Stop exfoliation/waxing"): [
        (r"Stop using scrubs, peels and exfoliating acids",),
        (r"Do not wax the area",),
    ],
    ("PRE_7D", "tell us about cold sores, new medicines, tan"): [
        (r"Call us before you come if - you have a cold sore.*a new medicine.*a tan or sunburn",),
    ],
    ("PRE_7D", "do not stop prescribed medicines"): [(r"Do not stop any medicine that a doctor gave you",)],
    ("PRE_24H", "Re-check link"): [
        (r"I am coming, or I need a change: https://clinic.example/p/1 Please think through your health", "link"),
        (r"think through your health once more. If anything is new, .* call us before you come",),
    ],
    ("PRE_24H", "arrive clean, no makeup"): [(r"Come with clean skin and no make-up",)],
    ("PRE_24H", "avoid sun, retinoids, alcohol"): [(r"out of strong sun. - Use no retinoids.* - Drink no alcohol",)],
    ("PRE_24H", "come early if numbing planned"): [(r"Numbing cream is planned.* come a few minutes early", "numbing")],
}


def missing_from(claims):
    """Return the claims that no letter holds; a claim is (code, pattern) or (code, pattern, condition)."""
    return [(code, pattern) for code, pattern, *conditions in claims if not re.search(pattern, said(code, *conditions))]


def asked_of(code):
    """Return the clauses of what table d asks a message to say."""
    content = next(row["content"] for row in clinical.table("aftercare_messages") if row["code"] == code)
    return re.split(r"(?<=[.;?])\s+", content)


# --- the facts --------------------------------------------------------------------------------------------


def test_every_topic_of_the_founding_texts_is_for_the_letters_or_for_another_page():
    topics = {row["topic"] for row in clinical.table("seed_facts")}

    assert topics == TOPICS_FOR_PATIENTS | TOPICS_FOR_OTHER_PAGES


def test_every_fact_for_patients_has_its_place_in_the_letters():
    facts = {row["fact"] for row in clinical.table("seed_facts") if row["topic"] in TOPICS_FOR_PATIENTS}

    assert facts == set(SEED_FACTS)


@pytest.mark.parametrize("fact", SEED_FACTS)
def test_a_fact_of_the_founding_texts_is_found_in_the_letters(fact):
    assert missing_from(SEED_FACTS[fact]) == []


def test_the_house_writes_every_message_of_the_table():
    asked = {row["code"] for row in clinical.table("aftercare_messages")}
    written = {code for _, code in IN_TABLE_D}

    assert asked == written


@pytest.mark.parametrize("code", [code for _, code in IN_TABLE_D])
def test_every_clause_of_the_table_has_its_place_in_the_message(code):
    clauses = [clause for clause in asked_of(code) if clause not in ABOUT_SENDING]
    placed = [start for known, start in ASKED if known == code]

    assert len(placed) == len(clauses)
    assert [clause for clause, start in zip(clauses, placed, strict=True) if not clause.startswith(start)] == []


@pytest.mark.parametrize(("code", "clause"), ASKED)
def test_a_message_says_what_the_table_asks(code, clause):
    assert missing_from([(code, *claim) for claim in ASKED[code, clause]]) == []


@pytest.mark.parametrize(
    ("code", "condition", "phrase"),
    [
        ("AFTER_0H", "deep", "can last up to 72 hours"),
        ("AFTER_24H", "deep", "can last up to 72 hours"),
        ("AFTER_48H", "deep", "can last up to 72 hours"),
        ("AFTER_0H", "pigment_care", "Your skin makes dark marks more easily while it heals"),
        ("AFTER_24H", "pigment_care", "Sun makes dark marks more likely"),
        ("AFTER_0H", "cold_sores", "antiviral medicine"),
        ("AFTER_24H", "cold_sores", "antiviral medicine"),
        ("AFTER_0H", "prp", "Small bruises can show"),
        ("AFTER_24H", "prp", "Small bruises"),
        ("AFTER_0H", "serum", "The serum on your skin can stay on (Hyaluronic gel)"),
        ("MAINT_DUE", "pigment_care", "Sun can leave dark marks"),
        ("PRE_24H", "numbing", "Numbing cream is planned"),
    ],
)
def test_words_for_some_patients_reach_only_them(code, condition, phrase):
    assert (phrase in said(code, condition), phrase in said(code)) == (True, False)


@pytest.mark.parametrize(
    "sign",
    [
        *(
            "getting warmer",
            "warm or red area is spreading",
            "pus or a yellow crust",
            "hurts more after the first 24 hours",
        ),
        *("swelling is severe, or it gets worse after 48 hours", "blisters or a cold sore", "rash or hives"),
        *("warm or red after 72 hours", "a new dark mark or a bump, at any time"),
        *(
            "hard to breathe",
            "lips, tongue or eyes swell",
            "you faint",
            "a fever and the warm or red area is spreading",
        ),
        *("ears ring", "taste metal", "lips turn blue", "heart races or flutters", "have a fit"),
    ],
)
def test_every_message_of_the_table_names_every_red_flag(sign):
    assert [code for app, code in IN_TABLE_D if sign not in said(code, app=app)] == []


@pytest.mark.parametrize(("app", "code"), IN_TABLE_D)
def test_a_message_of_the_table_ends_with_the_red_flags_and_how_to_reach_us(app, code):
    blocks = [paragraph.block for paragraph in words.load(app, "en", code).paragraphs]
    order = [block for place, block in enumerate(blocks) if place == 0 or blocks[place - 1] != block]

    assert order == ["", "red_flags", "contact"]


@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_every_letter_ends_with_how_to_reach_us(app, code):
    assert said(code, app=app).endswith(
        "How to reach us Call: 0113 496 0000 Open: Monday to Friday, 9:00 to 17:30 When we are closed: Call 111 "
        "If this came by e-mail, you can reply to it. We read replies only while we are open, so please call if it "
        "cannot wait. Rowan Skin Clinic, 12 Mill Lane, Leeds LS1 4AB"
    )
