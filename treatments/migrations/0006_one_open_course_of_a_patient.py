from django.db import migrations, models

OPEN = ["planned", "running", "paused"]


def end_the_others(apps, schema_editor):
    """Of several open courses of one patient keep the one that runs, else the latest; the others ended early."""
    Course = apps.get_model("treatments", "Course")
    kept = {}
    for course in Course.objects.filter(state__in=OPEN).order_by("patient_id", "-opened_at", "-pk"):
        other = kept.setdefault(course.patient_id, course)
        if other.pk == course.pk:
            continue
        if other.state == "paused" and course.state == "running":
            kept[course.patient_id], other, course = course, course, other
        note = "Another course took its place."
        Course.objects.filter(pk=course.pk).update(
            state="early", state_note=course.state_note or note, closed_at=max(other.opened_at, course.opened_at)
        )


class Migration(migrations.Migration):
    dependencies = [("treatments", "0005_courses_have_states")]

    operations = [
        migrations.RunPython(end_the_others, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="course",
            constraint=models.UniqueConstraint(condition=models.Q(("state__in", ["planned", "running", "paused"])), fields=("patient",), name="course_one_open_of_a_patient"),
        ),
    ]
