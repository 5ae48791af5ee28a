"""What a patient reads on each day of recovery, in both languages, with the facts that it says (docs/clinical.md).

Words lead with how the skin feels: redness can be hard to see on brown and black skin. Which of them hold for whom, and
from which hour on, is decided in `aftercare.recovery`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """One thing said, in English and Spanish. facts: the ids of what it says."""

    en: str
    es: str
    facts: tuple[str, ...]

    def in_language(self, language: str) -> str:
        return self.es if language.partition("-")[0].lower() == "es" else self.en


@dataclass(frozen=True)
class Stage:
    """Some days of the healing, as the whole way shows them. until_day: the last of them."""

    from_day: int
    until_day: int
    words: Said


NORMAL = (  # from which day on; what is normal then
    (
        0,
        Said(
            "Warm, tender skin, like mild sunburn. It may be a little swollen, tight or tingly. Redness can be hard to "
            "see on brown and black skin.",
            "Piel caliente y sensible, como tras un sol suave. Puede estar algo hinchada, tirante o con hormigueo. En "
            "piel morena o negra el enrojecimiento se ve menos.",
            ("C-38", "C-39", "C-301"),
        ),
    ),
    (
        1,
        Said(
            "Tightness and tingling ease. Warmth, soreness, redness and a little swelling can still be there.",
            "La tirantez y el hormigueo ceden. Aún puede haber calor, molestias, enrojecimiento y algo de hinchazón.",
            ("C-38", "C-39", "C-302"),
        ),
    ),
    (
        2,
        Said(
            "Soreness, warmth and redness settle. Light flaking may start. Redness can be hard to see on brown and "
            "black skin.",
            "Las molestias, el calor y el enrojecimiento ceden. La piel puede empezar a descamarse un poco. En piel "
            "morena o negra el enrojecimiento se ve menos.",
            ("C-39", "C-41", "C-303"),
        ),
    ),
    (
        3,
        Said(
            "Most skin feels calm again. Light flaking is normal.",
            "La piel suele estar ya tranquila. Es normal que se descame un poco.",
            ("C-40", "C-41", "C-304"),
        ),
    ),
    (
        4,
        Said(
            "Your skin feels like itself again. Light flaking may go on for a day or two.",
            "La piel vuelve a sentirse como siempre. Puede descamarse uno o dos días más.",
            ("C-41", "C-305"),
        ),
    ),
    (
        6,
        Said(
            "Most effects are gone. Your skin may already look a little smoother.",
            "Casi todo ha pasado. La piel puede verse ya un poco más lisa.",
            ("C-306", "C-473"),
        ),
    ),
    (
        8,
        Said(
            "Your skin feels normal. Under the surface it goes on renewing itself for weeks.",
            "La piel se siente normal. Por dentro sigue renovándose durante semanas.",
            ("C-474", "C-475"),
        ),
    ),
    (
        21,
        Said(
            "Your skin feels normal. New bumps, spots with pus or dark marks are not: if you see any, tell us.",
            "La piel se siente normal. No son normales bultos nuevos, granos con pus o manchas oscuras: si ve alguno, "
            "díganoslo.",
            ("C-44", "C-307"),
        ),
    ),
    (
        28,
        Said(
            "Your skin has healed. The full result of this session shows four to six weeks after it.",
            "La piel ha sanado. El resultado completo de esta sesión se ve a las cuatro o seis semanas.",
            ("C-310", "C-474"),
        ),
    ),
)
DEEP_NORMAL = Said(  # in the place of the above on days 2 and 3
    "Your needles went deeper, so warmth, redness and mild swelling can last up to 72 hours. Light flaking may start.",
    "Las agujas llegaron más hondo: el calor, el enrojecimiento y algo de hinchazón pueden durar hasta 72 horas. La "
    "piel puede empezar a descamarse.",
    ("C-34", "C-40", "C-41"),
)

CLEANSE = Said(
    "Gentle cleanser and moisturiser", "Limpiador suave e hidratante, sin perfume", ("C-458", "C-462", "C-301")
)
HANDS_OFF = Said("Keep it clean, hands off", "Piel limpia y sin tocarla", ("C-467", "C-454"))
SHADE = Said("Stay in the shade, wear a hat", "A la sombra y con sombrero", ("C-31", "C-465"))
SUNSCREEN = Said(
    "Mineral sunscreen, SPF 30 or more", "Protector solar mineral, SPF 30 o más", ("C-30", "C-302", "C-463")
)
SUNSCREEN_MORE = Said(
    "Sunscreen SPF 30 or more, again and again; a wide hat",
    "Protector solar SPF 30 o más, varias veces al día; sombrero ancho",
    ("C-30", "C-51", "C-463"),
)
FLAKES = Said("Let flakes fall by themselves", "Deje que las escamas caigan solas", ("C-42", "C-457", "C-303"))
WATER = Said("Drink plenty of water", "Beba mucha agua", ("C-466",))
LOOK_CLOSELY = Said("Look closely once, in daylight", "Mírese bien una vez, con luz del día", ("C-307",))
HOME_CARE = Said("Your usual gentle care", "Su cuidado suave de siempre", ("C-305", "C-458"))

NOT_YET = {  # by the name of the permission in `rules.permissions`: short, and in full
    "spf_from": (
        Said("Sunscreen", "Protector solar", ("C-31",)),
        Said("Sunscreen, SPF 30 or more", "Protector solar, SPF 30 o más", ("C-30", "C-31")),
    ),
    "makeup_from": (
        Said("Make-up", "Maquillaje", ("C-32", "C-33")),
        Said("Make-up, if your skin is calm", "Maquillaje, si la piel está tranquila", ("C-32", "C-33", "C-464")),
    ),
    "exercise_from": (
        Said("Exercise, heat", "Deporte, calor", ("C-35",)),
        Said(
            "Exercise, heat, sauna, swimming, strong sun", "Deporte, calor, sauna, nadar, sol fuerte", ("C-35", "C-304")
        ),
    ),
    "actives_from": (
        Said("Retinoids, acids", "Retinoides, ácidos", ("C-37",)),
        Said(
            "Retinoids and acids (AHA, BHA), if your skin feels normal",
            "Retinoides y ácidos (AHA, BHA), si la piel se siente normal",
            ("C-36", "C-37", "C-460", "C-461"),
        ),
    ),
}

COMPRESS = Said(
    "A cool compress helps: a clean, damp cloth on the skin.",
    "Ayuda una compresa fría: un paño limpio y húmedo sobre la piel.",
    ("C-459", "C-301"),
)
IBUPROFEN = Said(
    "If you need it, take an ordinary pain and swelling tablet such as ibuprofen. Follow the leaflet.",
    "Si lo necesita, tome un analgésico corriente como el ibuprofeno. Siga el prospecto.",
    ("C-50", "C-459"),
)
ASK_FIRST = Said(
    "Ask us before you take a tablet for pain or swelling.",
    "Pregúntenos antes de tomar una pastilla para el dolor o la hinchazón.",
    ("C-50",),
)
BRUISES = Said(
    "Plasma of your own blood was used. Small bruises can show; they fade by themselves.",
    "Se usó plasma de su propia sangre. Pueden verse pequeños moratones; se van solos.",
    ("C-53",),
)
COLD_SORES = Said(
    "If you were given an antiviral medicine, take it as you were told. If you feel a cold sore coming, call us the "
    "same day.",
    "Si le dieron un antiviral, tómelo como le indicaron. Si nota que le sale un herpes labial, llámenos el mismo día.",
    ("C-52",),
)
PIGMENT = Said(
    "Your skin makes dark marks more easily while it heals, and sun makes them more likely. Shade, a wide hat and, "
    "once it is allowed, sunscreen through the day keep it even.",
    "Mientras sana, su piel se mancha con más facilidad, y el sol lo favorece. La sombra, un sombrero ancho y, cuando "
    "ya se pueda, protector solar durante el día ayudan a evitarlo.",
    ("C-51",),
)
NO_PICKING = Said(
    "Do not pick or peel loose skin: that can irritate it and leave a scar.",
    "No se arranque la piel suelta: puede irritarse y dejar cicatriz.",
    ("C-42", "C-457"),
)
PRACTITIONER = Said(
    "If your practitioner told you something else, follow what they said.",
    "Si quien le trató le dijo otra cosa, haga lo que le dijo.",
    ("C-468",),
)

STAGES = (
    Stage(
        0,
        1,
        Said("Warm and tight. Shade, hands off.", "Caliente y tirante. Sombra, sin tocar.", ("C-38", "C-31", "C-467")),
    ),
    Stage(
        2,
        3,
        Said("Calmer. Flaking may start.", "Más tranquila. Puede empezar a descamarse.", ("C-40", "C-41")),
    ),
    Stage(
        4,
        7,
        Said(
            "Flaking ends. Skin may look smoother.",
            "Deja de descamarse. La piel puede verse más lisa.",
            ("C-41", "C-473"),
        ),
    ),
    Stage(
        8,
        28,
        Said(
            "New collagen. Sunscreen every day.",
            "Colágeno nuevo. Protector solar a diario.",
            ("C-463", "C-475"),
        ),
    ),
)


def every_word() -> list[Said]:
    """Return all that may be said, for the tests and for whoever reads it over."""
    named = [value for value in globals().values() if isinstance(value, Said)]
    parts = [said for pair in NOT_YET.values() for said in pair]
    return [*(said for _day, said in NORMAL), *named, *parts, *(stage.words for stage in STAGES)]
