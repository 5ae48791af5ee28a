from django.db import models


class RecordDemand(models.Model):
    """Which fields of the record this clinic asks for beyond the usual, as versions: the newest holds. Never altered.

    fields: names of `treatments.demands.OPTIONAL`.
    """

    version = models.PositiveIntegerField(unique=True)
    fields = models.JSONField(default=list)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"{self.version}"
