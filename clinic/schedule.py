"""When beat wakes which task. It only wakes: what is due is asked of the database, and a wake-up too old is dropped."""

from celery.schedules import crontab

SCHEDULE = {
    "send what is due": {
        "task": "outbox.tasks.sweep",
        "schedule": 20.0,
        "kwargs": {"from_beat": True},
        "options": {"expires": 60},
    },
    "say again what visits want": {"task": "booking.tasks.heal", "schedule": 600.0, "options": {"expires": 600}},
    "say again what plans want": {"task": "aftercare.tasks.heal", "schedule": 600.0, "options": {"expires": 600}},
    "let go of holds that ran out": {"task": "booking.tasks.tidy", "schedule": 60.0, "options": {"expires": 60}},
    "offer freed times on": {
        "task": "visits.tasks.go_through_the_waitlist",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forget what machines were told": {"task": "api.tasks.tidy", "schedule": 3600.0, "options": {"expires": 3600}},
    "close what closures left open": {"task": "booking.tasks.close_gaps", "schedule": 60.0, "options": {"expires": 60}},
    "tell whoever covers what waits": {
        "task": "visits.tasks.escalate_reports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "list what is due for deletion": {
        "task": "visits.tasks.list_what_is_due_for_deletion",
        "schedule": crontab(hour=3, minute=20),
        "options": {"expires": 3600},
    },
    "close courses that lapsed": {
        "task": "visits.tasks.close_lapsed_courses",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "let packages expire": {
        "task": "ledger.tasks.expire_packages",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "clear the vault of what no row names": {
        "task": "clinic.tasks.sweep_vault",
        "schedule": crontab(hour=4, minute=10),
        "options": {"expires": 3600},
    },
    "seal the audit trail": {"task": "clinic.tasks.seal_audit", "schedule": 60.0, "options": {"expires": 60}},
    "go on with imports": {"task": "patients.tasks.work_on_imports", "schedule": 60.0, "options": {"expires": 60}},
    "look for records of one person": {
        "task": "patients.tasks.look_for_twins",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "look through what was signed": {
        "task": "treatments.tasks.verify_records",
        "schedule": crontab(hour=2, minute=17),  # at night in Europe and before the day in America
        "options": {"expires": 3600},
    },
    "save the sheet of the next day": {
        "task": "desk.tasks.save_sheets",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
}
