"""What a practitioner types into a chart, and what the page answers."""

TIP = "C4-0871 · until 30 Nov 2027 · Tip 3.00"
GEL = "HA-2219 · until 30 Nov 2027 · Gel allow"
CREAM = "LC-0417 · until 30 Nov 2027 · Cream 4.0"


def zone(row, name, depth, passes="3", endpoint="Even erythema"):
    """Return what is typed into one row of zones."""
    prefix = f"zones-{row}-"
    return {
        f"{prefix}zone": name,
        f"{prefix}depth_mm": depth,
        f"{prefix}pass_count": passes,
        f"{prefix}endpoint": endpoint,
    }


FULL = {
    "cartridge_lot": TIP,
    **zone(0, "Cheek", "1.50", "4", "Pinpoint bleeding"),
    **zone(1, "Forehead", "1,00"),
    "serum_is_none": True,
    "anaesthetic_is_none": True,
    "erythema": "2",
    "oedema": "1",
    "bleeding": "Pinpoint",
    "pain_during": "3",
    "note": "Calm throughout.",
    "aftercare_given": True,
    "sharps_disposed": True,
}


def problems(sheet):
    return [node.text for node in sheet.styled("field-error")]


def findings(sheet):
    return [node.text for finding in sheet.styled("finding") for node in finding.nodes if node.tag == "p"]


def autosave(tablet, typed):
    """Return what the page is told when it keeps itself with these fields typed."""
    said = dict(tablet.sheet.sent_by(tablet.sheet.button("Save"))) | typed | {"then": "autosave"}
    return tablet.client.post(tablet.sheet.address, said, headers={"HX-Request": "true"}).content.decode()
