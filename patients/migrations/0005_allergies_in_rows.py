"""Each line of the old text becomes a row: what stands before a colon is the substance, the rest the reaction.

A text that says there are none becomes that answer. Who said no to follow-ups said no to recalls, which they are.
"""

from django.db import migrations
from django.db.models import F

NONE_KNOWN = {"none", "none known", "no known allergies", "no allergies", "no", "nil", "nka", "nkda"}
LONGEST = 120


def move(apps, schema_editor):
    Patient = apps.get_model("patients", "Patient")
    Allergy = apps.get_model("patients", "Allergy")
    Patient.objects.update(wants_recall_mail=F("wants_aftercare_mail"))
    for patient in Patient.objects.exclude(allergies_as_noted="").only("pk", "allergies_as_noted", "created_at"):
        lines = [line.strip() for line in patient.allergies_as_noted.splitlines() if line.strip()]
        if [line.rstrip(".!").casefold() for line in lines] in [[words] for words in NONE_KNOWN]:
            Patient.objects.filter(pk=patient.pk).update(no_known_allergies=True)
            continue
        Allergy.objects.bulk_create(
            Allergy(patient=patient, noted_at=patient.created_at, noted_by_name="", **_row(line)) for line in lines
        )


def _row(line):
    substance, _colon, reaction = (part.strip() for part in line.partition(":"))
    if substance and len(substance) <= LONGEST:
        return {"substance": substance, "reaction": reaction}
    return {"substance": f"{line[: LONGEST - 1]}…", "reaction": line}


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0004_the_whole_record"),
    ]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
