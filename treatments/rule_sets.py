"""Rule sets: the clinical values as they stood, so a sealed record can say what judged it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from clinic import clinical
from treatments.models import Concern, FollowUpRule, RuleSet, Zone


@transaction.atomic
def current(at: datetime) -> RuleSet:
    """Return the rule set of the values as they are now; a new version is taken when one of them changed."""
    values = snapshot()
    digest = hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    found = RuleSet.objects.filter(digest=digest).first()
    if found is not None:
        return found
    highest = RuleSet.objects.aggregate(highest=Max("version"))["highest"] or 0
    return RuleSet.objects.create(version=highest + 1, digest=digest, values=values, taken_at=at)


def snapshot() -> dict[str, Any]:
    """Return every clinical value that judges a session, as JSON can hold it: depths as text with two decimals."""
    return {
        "limits": {row["key"]: str(row["value"]) for row in clinical.table("limits")},
        "concerns": {
            one.code: [f"{one.min_mm:.2f}", f"{one.max_mm:.2f}", one.sessions_min, one.sessions_max]
            for one in Concern.objects.order_by("code")
        },
        "zones": {one.code: [f"{one.max_mm:.2f}", one.is_prohibited] for one in Zone.objects.order_by("code")},
        "follow_up": dict(FollowUpRule.objects.order_by("key").values_list("key", "value")),
    }
