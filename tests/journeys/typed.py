"""What Ana types in the course of the story."""

AT_START = (
    "INFECTION",
    "COLD_SORE_ACTIVE",
    "WOUND",
    "ACNE_ACTIVE",
    "SKIN_DISEASE",
    "ACNE_SEVERE",
    "SUNBURN",
    "RETINOID",
    "PREGNANT",
    "MEDICAL",
    "MED_CHANGE",
)
NO_TO_ALL = {f"answer_{code}": "No" for code in AT_START}
TWO_ZONES = {
    "zones-0-zone": "Cheek",
    "zones-0-depth_mm": "1.50",
    "zones-0-pass_count": "4",
    "zones-0-endpoint": "Even erythema",
    "zones-1-zone": "Forehead",
    "zones-1-depth_mm": "1.25",
    "zones-1-pass_count": "3",
    "zones-1-endpoint": "Even erythema",
}
USED = {
    "device": "Pen 1",
    "unit_code": "0871-03",
    "needling_started_at": "10:15",
    "needling_ended_at": "10:40",
    "creams-0-on_at": "09:40",
    "creams-0-off_at": "10:10",
    "creams-0-grams": "5.0",
    "creams-0-is_removed": True,
    "serums-0-phase": "After needling",
    "serums-0-amount_ml": "2.0",
}
REACTION = {
    "erythema": "2",
    "oedema": "1",
    "pain_during": "3",
    "bleeding": "Pinpoint",
    "note": "Calm throughout.",
    "aftercare_given": True,
    "sharps_disposed": True,
}
