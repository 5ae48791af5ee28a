from django.db import models


class Pace(models.Model):
    """How many mails were let out in each second of the last minute. One row, which every worker holds to ask for more.

    let_out: pairs of a second, counted from 1970, and how many.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    let_out = models.JSONField(default=list)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_pace_for_all")]

    def __str__(self) -> str:
        return "the pace of mail"
