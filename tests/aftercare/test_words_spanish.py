"""The letters in every language of the house: the same letters, built alike, with the same facts in Spanish."""

import re

import pytest
from django.conf import settings

from clinic import words
from clinic.words.letters import HOUSE, PLACEHOLDER
from tests.aftercare.letters import AFTER, IN_TABLE_D, LETTERS, VALUES, all_ways, said
from tests.aftercare.test_words import ASKED, SEED_FACTS

LANGUAGES = [code for code, _label in settings.LANGUAGES]
OTHERS = [code for code in LANGUAGES if code != "en"]
APPS = ("aftercare", "booking")

# every fact of the founding texts, by the phrase that says it in Spanish; the codes and conditions are the English ones
FACTS = {
    "downtime varies from a few hours to a few days depending on needle depth": [
        r"depende de lo hondo que llegaron las agujas: desde unas horas hasta unos días"
    ],
    "redness like mild sunburn, slight swelling, immediately": [
        r"Al principio .*caliente y sensible, como con una quemadura solar leve.*algo hinchada.* roja"
    ],
    "sensitivity, tightness, tingling; a few hours to a day": [
        r"tirante, con hormigueo y sensible desde unas horas hasta un día"
    ],
    "redness/sensitivity usually subsides in a day or two": [
        r"El calor, el enrojecimiento.* suelen pasar en 24 a 48 horas",
        r"calor, enrojecimiento.*suele pasar en el próximo día",
    ],
    "redness and mild swelling subside within 24 to 48 hours": [
        r"el enrojecimiento, la hinchazón leve y el dolor suelen pasar en 24 a 48 horas"
    ],
    "redness/swelling subside within a few days": [
        r"En algunas personas tardan unos días",
        r"La mayor parte del calor, el enrojecimiento y la hinchazón debería haber pasado",
    ],
    "mild discomfort like sunburn up to 48 hours": [
        r"el dolor suelen pasar en 24 a 48 horas",
        r"El dolor, como de quemadura solar, puede durar hasta 48 horas",
    ],
    "light peeling/flaking over the next few days": [
        r"En los próximos días su piel puede descamarse o pelarse un poco",
        r"descamarse o pelarse un poco",
    ],
    "mild discomfort or redness during and immediately after": [
        r"Al principio su piel puede sentirse caliente y sensible.*dolorida, y verse rosada, roja"
    ],
    "slight risk of infection, esp. if area not kept clean": [
        r"riesgo pequeño de infección, y crece cuando la zona no se mantiene limpia"
    ],
    "rare: scarring, skin pigment changes": [r"Los problemas son raros.* cicatrices y zonas más claras o más oscuras"],
    "complications: prolonged redness, severe swelling, infection": [
        r"Los problemas son raros. Son una infección, un enrojecimiento que no se va, una hinchazón fuerte"
    ],
    "do not pick peeling skin (irritation/scarring)": [
        r"No la arranque ni la pele: puede irritar la piel y dejar una cicatriz",
        r"no arranque ni pele la piel: puede irritarla y dejar una cicatriz",
    ],
    "moisturise with gentle hydrating product": [
        r"crema hidratante suave",
        r"Use a menudo su crema hidratante suave",
    ],
    "cool compress or OTC anti-inflammatory (e.g. ibuprofen) if needed": [
        r"Una compresa fría",
        r"Si lo necesita, .*de la farmacia .*como el ibuprofeno",
    ],
    "avoid retinoids/exfoliating acids until fully healed": [
        r"Espere más con retinoides, ácidos, exfoliantes y peelings si no ha sanado del todo",
        r"Retinoides y ácidos \(AHA, BHA\), solo con la piel del todo sana",
        r"espere hasta que haya sanado del todo",
    ],
    "avoid actives (retinoids, AHA, BHA) at least 3-5 days": [
        r"Retinoides y ácidos \(AHA, BHA\): desde el Mon 29 September",
        r"Retinoides y ácidos \(AHA, BHA\), solo con la piel del todo sana: desde el Sat 27 September",
    ],
    "gentle cleanser, fragrance-free moisturiser": [
        r"Un limpiador suave y una crema hidratante suave, los dos sin perfume"
    ],
    "broad-spectrum sunscreen SPF 30 or higher": [
        r"de amplio espectro, FPS 30 o más",
        r"Protector solar, FPS 30 o más: desde el Thu 25 September, 16:00",
    ],
    "makeup after 24-48 hours if skin not overly irritated": [
        r"Maquillaje: desde el Fri 26 September, 16:00.*Espere más con el maquillaje si su piel sigue irritada",
        r"maquillaje desde el Fri 26 September, 16:00 si su piel no está irritada",
    ],
    "avoid direct sun exposure": [
        r"Quédese a la sombra, sin sol directo",
        r"Sol en la zona.*: desde el Sat 27 September",
    ],
    "stay hydrated": [r"Beba bastante agua"],
    "keep treated area clean": [r"Piel limpia y sin tocarla", r"mantenga limpia la zona"],
    "practitioner gives specific instructions; follow all post-care": [
        r"haga lo que le dijo Ana Ruiz. Por favor, sígalo todo"
    ],
    "return to daily activities immediately; little/no downtime": [
        r"La mayoría de las personas vuelve enseguida a su día normal"
    ],
    "prolonged redness": [r"sigue caliente o roja después de 72 horas" for _code in AFTER],
    "severe swelling": [r"la hinchazón es fuerte" for _code in AFTER],
    "signs of infection: pus or excessive pain -> see dermatologist": [
        r"ve pus.* le duele mucho.*El pus o un dolor fuerte pueden indicar una infección. .*dermatólogo"
        for _code in AFTER
    ],
    "subtle texture/tone improvement within a week": [
        r"un pequeño cambio: la piel más lisa, el tono más parejo. Al principio es sutil"
    ],
    "full benefits usually after 4-6 weeks": [r"de 4 a 6 semanas después de su visita, suele verse todo su efecto"],
    "improvement within a few weeks, continues over time": [r"Crece en las próximas semanas y sigue con el tiempo"],
    "4 to 6 weeks apart": [r"4 a 6 semanas entre visitas"],
    "every few months; periodic / regular maintenance": [r"Una visita cada pocos meses puede ayudar"],
    "sun protection, daily routine tailored to skin type and concerns": [
        r"protector solar cada día, FPS 30.*una rutina diaria que vaya bien a su piel y a lo que quiere para ella"
    ],
}
SIGNS = [
    *("cada vez más caliente", "zona caliente o enrojecida se extiende", "pus o una costra amarilla"),
    *("le duele más después de las primeras 24 horas", "hinchazón es fuerte, o empeora después de 48 horas"),
    *("ampollas o un herpes labial", "sarpullido o ronchas", "caliente o roja después de 72 horas"),
    *("mancha oscura nueva o un bulto, en cualquier momento", "le cuesta respirar", "los labios, la lengua o los ojos"),
    *("se desmaya", "fiebre y la zona caliente o enrojecida se extiende", "le zumban los oídos", "sabor a metal"),
    *("labios se le ponen azules", "el corazón le late muy deprisa", "convulsiones"),
]


def built(letter):
    """Return how a letter is built: kind, condition, block, lines and placeholders of each paragraph."""
    return [
        (p.kind, p.condition, p.block, len(p.lines), sorted(PLACEHOLDER.findall(" ".join(p.lines))))
        for p in letter.paragraphs
    ]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("app", APPS)
def test_every_letter_is_there_in_every_language(app, language):
    written = {path.stem for path in (HOUSE / app / "words" / language).glob("*.txt")}

    assert written == set(words.codes(app))


@pytest.mark.parametrize("language", OTHERS)
def test_every_block_that_letters_share_is_there_in_every_language(language):
    blocks = {path.name for path in (HOUSE / "clinic" / "words" / "en").glob("_*.txt")}

    assert {path.name for path in (HOUSE / "clinic" / "words" / language).glob("_*.txt")} == blocks


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_a_letter_is_built_alike_in_every_language(app, code, language):
    english, other = words.load(app, "en", code), words.load(app, language, code)

    assert other.language == language
    assert built(other) == built(english)
    assert sorted(PLACEHOLDER.findall(other.subject)) == sorted(PLACEHOLDER.findall(english.subject))


def test_the_control_a_letter_built_otherwise_is_found_out():
    english = words.parse("Subject: Hello\n\n[if deep]\nWait until {makeup_from}.")
    spanish = words.parse("Subject: Hola\n\nEspere hasta el {makeup_from}.", language="es")

    assert built(spanish) != built(english)


def test_every_fact_has_its_phrase_in_spanish():
    assert {fact: len(phrases) for fact, phrases in FACTS.items()} == {
        fact: len(claims) for fact, claims in SEED_FACTS.items()
    }


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_of_the_founding_texts_is_found_in_the_spanish_letters(fact):
    claims = [(code, phrase, rest) for (code, _, *rest), phrase in zip(SEED_FACTS[fact], FACTS[fact], strict=True)]

    missing = [(c, phrase) for c, phrase, rest in claims if not re.search(phrase, said(c, *rest, language="es"))]
    assert missing == []


@pytest.mark.parametrize("sign", SIGNS)
def test_every_message_of_the_table_names_every_red_flag_in_spanish(sign):
    assert [code for app, code in IN_TABLE_D if sign not in said(code, app=app, language="es")] == []


@pytest.mark.parametrize(
    ("code", "condition", "phrase"),
    [
        ("AFTER_0H", "deep", "pueden durar hasta 72 horas"),
        ("AFTER_24H", "deep", "Espere por favor con el maquillaje"),
        ("AFTER_48H", "deep", "puede durar hasta 72 horas"),
        ("AFTER_0H", "pigment_care", "Su piel se mancha con más facilidad mientras sana"),
        ("AFTER_24H", "pigment_care", "El sol favorece las manchas oscuras"),
        ("AFTER_0H", "cold_sores", "medicamento antiviral"),
        ("AFTER_0H", "ibuprofen_ok", "ibuprofeno"),
        ("AFTER_0H", "prp", "pequeños moretones"),
        ("AFTER_0H", "serum", "El sérum que lleva en la piel puede quedarse (Hyaluronic gel)"),
        ("PRE_24H", "numbing", "crema anestésica. Venga por favor unos minutos antes"),
    ],
)
def test_words_for_some_patients_reach_only_them_in_spanish(code, condition, phrase):
    assert (phrase in said(code, condition, language="es"), phrase in said(code, language="es")) == (True, False)


@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_ibuprofen_is_named_in_spanish_only_to_a_patient_who_may_take_it(app, code):
    others = words.load(app, "es", code).conditions - {"ibuprofen_ok"}

    assert "ibuprofeno" not in said(code, *others, app=app, language="es")


@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_a_spanish_letter_promises_no_lack_of_downtime_and_speaks_of_usted(app, code):
    wrong = re.compile(r"sin tiempo de (?:baja|recuperación)|\b(?:tú|tienes|puedes|debes|contigo)\b", re.IGNORECASE)

    assert [text for text in all_ways(app, code, "es") if wrong.search(text)] == []


@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_redness_never_stands_alone_in_spanish(app, code):
    sentences = re.split(r"(?<=[.?!]) | - ", " ".join(all_ways(app, code, "es")))
    felt = re.compile(r"calor|calien|sient|dol[oi]|duele|hincha|oscur", re.IGNORECASE)

    assert [s for s in sentences if re.search(r"\broj[ao]|enrojec", s, re.IGNORECASE) and not felt.search(s)] == []


@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_a_spanish_subject_is_short_and_tells_a_stranger_nothing(app, code):
    subject = words.render(words.load(app, "es", code), VALUES).subject
    private = re.compile(r"aguja|trata|piel|sana|cuidado|sesión|cicatri|acné|colágeno|PRP|facial|peel", re.IGNORECASE)

    assert len(subject) <= 60
    assert private.search(subject) is None


def test_what_the_table_asks_is_asked_of_letters_that_exist_in_spanish():
    assert {code for code, _clause in ASKED} <= {path.stem for path in HOUSE.glob("*/words/es/*.txt")}
