"""What stands on the shelf: invented makers, lots in date, near their end, expired, and one set aside."""

from __future__ import annotations

from decimal import Decimal

from stock.models import Product

Kind, Channel = Product.Kind, Product.OpenChannel

DEEP, SHORT, GEL, PEPTIDE, CREAM, PREP = "deep", "short", "gel", "peptide", "cream", "prep"

PRODUCTS = {
    DEEP: {
        "name": "NL-2 cartridge 16",
        "maker": "Northlight",
        "kind": Kind.CARTRIDGE,
        "needle_count": 16,
        "needle_length_mm": Decimal("2.50"),
        "gtin": "09506000134352",
        "low_stock_below": 40,
        "is_sterile": True,
        "is_single_use": True,
    },
    SHORT: {
        "name": "NL-2 cartridge 12 short",
        "maker": "Northlight",
        "kind": Kind.CARTRIDGE,
        "needle_count": 12,
        "needle_length_mm": Decimal("1.50"),
        "gtin": "09506000134369",
        "low_stock_below": 20,
        "is_sterile": True,
        "is_single_use": True,
    },
    GEL: {
        "name": "Hyaluronic gel, sterile",
        "maker": "Clearwell",
        "kind": Kind.SERUM,
        "open_channel": Channel.ALLOW,
        "is_sterile": True,
        "is_single_use": True,
    },
    PEPTIDE: {
        "name": "Peptide serum",
        "maker": "Ostrea",
        "kind": Kind.SERUM,
        "open_channel": Channel.OVERRIDE,
    },
    "prp kit": {
        "name": "PRP kit, single use",
        "maker": "Clearwell",
        "kind": Kind.PRP_KIT,
        "open_channel": Channel.ALLOW,
        "use": Product.Use.PRP,
        "gtin": "09506000134376",
        "low_stock_below": 15,
        "is_sterile": True,
        "is_single_use": True,
    },
    "vitamin c": {
        "name": "Vitamin C serum 15 %",
        "maker": "Ostrea",
        "kind": Kind.SERUM,
        "open_channel": Channel.BLOCK,
    },
    CREAM: {
        "name": "Lidocaine cream 4 %",
        "maker": "Calmera",
        "kind": Kind.ANAESTHETIC,
        "active_percent": Decimal("4.0"),
        "agents": [Product.Agent.LIDOCAINE],
    },
    PREP: {"name": "Chlorhexidine 0.5 %", "maker": "Clearwell", "kind": Kind.SKIN_PREP},
}

LOTS = (  # product, number, days until it expires, days since it came, units
    (DEEP, "CN-2401", -40, 400, 60),
    (DEEP, "CN-2502", 12, 240, 60),
    (DEEP, "CN-2505", 290, 130, 40),
    (DEEP, "CN-2507", 410, 60, 80),
    (SHORT, "CS-0118", 205, 400, 60),
    (GEL, "HG-771", -15, 400, 50),
    (GEL, "HG-802", 150, 210, 50),
    (GEL, "HG-815", 330, 45, 50),
    (PEPTIDE, "PS-0033", 95, 400, 12),
    ("prp kit", "PK-0207", 240, 30, 12),
    ("vitamin c", "VC-0121", 60, 120, 6),
    (CREAM, "LC-4410", -100, 400, 30),
    (CREAM, "LC-4522", 25, 190, 30),
    (CREAM, "LC-4601", 320, 110, 30),
    (PREP, "CX-8890", 30, 400, 24),
    (PREP, "CX-9004", 400, 200, 24),
)

RECALLED = ("CN-2505", 30, "The maker recalled this lot: two seals were found open.")  # lot, days ago, why
RECALLED_ASKS = (
    "Only packs delivered in the last weeks are meant. Set them aside, ask after redness or pus, report both."
)
USED_SINCE = 75  # days ago; what was used before is not meant
TOLD = (  # how many days ago the first on the list was tried, how, whether they were reached, what was said
    (30, "call", False, "No answer; the mailbox is full."),
    (29, "call", True, "Knows. Skin calm since the session, nothing to report."),
)

COUNTED = ("CS-0118", 20, 22, "Counted at the end of the month.")  # lot, days ago, units that were there, why
DISCARDED = ("HG-771", 13, 4, "Expired; in the bin for medicines.")  # lot, days ago, units, why
