"""The shapes of the icons: drawn on 16, stroke 1.5; statuses carry their own mark."""

TICK = '<path d="m3 8.6 3.2 3.2L13 4.6"/>'
CROSS = '<path d="m4 4 8 8M12 4l-8 8"/>'

SHAPES = {
    # statuses
    "booked": '<circle cx="8" cy="8" r="5.25"/>',
    "confirmed": '<circle cx="8" cy="8" r="5.75"/><path d="m5.6 8.1 1.7 1.7 3.1-3.5"/>',
    "arrived": '<circle fill="currentColor" stroke="none" cx="8" cy="8" r="5.5"/>',
    "room": '<path fill="currentColor" stroke="none" d="M4.75 3.2v9.6a.6.6 0 0 0 .93.5l7.1-4.8a.6.6 0 0 0 0-1L5.68 2.7'
    'a.6.6 0 0 0-.93.5Z"/>',
    "done": '<path d="m1.75 8.6 2.7 2.7 5.1-6.1M7.6 11.1l.2.2 5.9-6.7"/>',
    "noshow": CROSS,
    "cancelled": '<circle cx="8" cy="8" r="5.75"/><path d="m4 12 8-8"/>',
    # moving about
    "left": '<path d="M9.75 3.5 5.25 8l4.5 4.5"/>',
    "right": '<path d="M6.25 3.5 10.75 8l-4.5 4.5"/>',
    "down": '<path d="M3.5 6 8 10.5 12.5 6"/>',
    "board": '<rect x="2" y="2.5" width="12" height="11" rx="2"/><path d="M6 2.5v11M10 2.5v11"/>',
    "list": '<path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01"/>',
    "people": '<circle cx="6" cy="5.5" r="2.5"/><path d="M1.5 13.25a4.5 4.5 0 0 1 9 0M10.75 3.3a2.5 2.5 0 0 1 0 4.4'
    'M12.5 9.6a4.5 4.5 0 0 1 2 3.65"/>',
    "day": '<circle cx="8" cy="8" r="6"/><path d="M8 4.75V8l2.25 1.5"/>',
    "mail": '<rect x="2" y="3.25" width="12" height="9.5" rx="1.5"/><path d="m2.5 4.5 5.5 4.25 5.5-4.25"/>',
    "more": '<path d="M3.5 8h.01M8 8h.01M12.5 8h.01"/>',
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="m10.4 10.4 3.1 3.1"/>',
    # doing
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "minus": '<path d="M3 8h10"/>',
    "tick": TICK,
    "x": CROSS,
    "undo": '<path d="M5.5 3 2.5 6l3 3M2.75 6H9.5a3.75 3.75 0 0 1 0 7.5H6"/>',
    "move": '<path d="M2.5 5.5h9.75M9.75 3l2.5 2.5-2.5 2.5M13.5 10.5H3.75M6.25 8l-2.5 2.5 2.5 2.5"/>',
    "print": '<path d="M4.5 5.5v-3h7v3M4.5 11.5H3.25A1.25 1.25 0 0 1 2 10.25v-3.5c0-.69.56-1.25 1.25-1.25h9.5'
    'c.69 0 1.25.56 1.25 1.25v3.5c0 .69-.56 1.25-1.25 1.25H11.5M4.5 9.5h7v4h-7Z"/>',
    "key": '<circle cx="5" cy="11" r="2.75"/><path d="m7 9 6.25-6.25M10.5 5.5l2 2"/>',
    "out": '<path d="M6.5 2.5H3.75a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1H6.5M10.5 11l3-3-3-3M13.25 8H6"/>',
    "scan": '<path d="M2.25 5V3.25a1 1 0 0 1 1-1H5M11 2.25h1.75a1 1 0 0 1 1 1V5M13.75 11v1.75a1 1 0 0 1-1 1H11'
    'M5 13.75H3.25a1 1 0 0 1-1-1V11M5 5.5v5M7.25 5.5v5M9 5.5v5M11 5.5v5"/>',
    # telling
    "stop": '<path d="M5.4 1.75h5.2l3.65 3.65v5.2l-3.65 3.65H5.4L1.75 10.6V5.4ZM8 5v3.5M8 10.9h.01"/>',
    "warn": '<path d="M7.1 2.9 1.95 11.7a1.05 1.05 0 0 0 .9 1.6h10.3a1.05 1.05 0 0 0 .9-1.6L8.9 2.9a1.05 1.05 0 0 0'
    '-1.8 0ZM8 6.25v3M8 11.2h.01"/>',
    "info": '<circle cx="8" cy="8" r="6"/><path d="M8 7.25V11M8 5h.01"/>',
    "lock": '<rect x="3" y="7" width="10" height="6.75" rx="1.5"/><path d="M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2"/>',
    "off": '<path d="m2.5 2.5 11 11M5 5.2a6.7 6.7 0 0 0-3.25 1.9M8 4.25c2.4 0 4.6 1 6.25 2.85M6.2 8.7a3.6 3.6 0 0 0'
    '-1.6 1.1M9.9 8.75c.57.27 1.1.63 1.55 1.08M8 12.4h.01"/>',
    "form": '<path d="M4.25 1.75h5.5l3 3v8.5a1 1 0 0 1-1 1h-7.5a1 1 0 0 1-1-1V2.75a1 1 0 0 1 1-1ZM5.75 7.5h4.5'
    'M5.75 10.25h4.5"/>',
    "shield": '<path d="M8 1.75 13 3.5v4.25c0 3-2.1 5.2-5 6.5-2.9-1.3-5-3.5-5-6.5V3.5Z"/>',
    "user": '<circle cx="8" cy="5.25" r="2.75"/><path d="M2.75 13.75a5.25 5.25 0 0 1 10.5 0"/>',
    "phone": '<path d="M3 2.5h2.4l1.2 3-1.5 1.1a8 8 0 0 0 4.3 4.3l1.1-1.5 3 1.2V13a1.2 1.2 0 0 1-1.3 1.2'
    'A11.3 11.3 0 0 1 1.8 3.8 1.2 1.2 0 0 1 3 2.5Z"/>',
    "camera": '<path d="M5.25 4 6.2 2.5h3.6L10.75 4h2A1.25 1.25 0 0 1 14 5.25v6.5A1.25 1.25 0 0 1 12.75 13h-9.5'
    'A1.25 1.25 0 0 1 2 11.75v-6.5A1.25 1.25 0 0 1 3.25 4Z"/><circle cx="8" cy="8.25" r="2.5"/>',
    "face": '<circle cx="8" cy="8" r="6"/><path d="M5.75 6.5h.01M10.25 6.5h.01'
    'M5.75 10c.6.7 1.4 1 2.25 1s1.65-.3 2.25-1"/>',
}

# What an appointment's state is called in icons, classes and tokens.
STATUS_MARKS = {
    "booked": "booked",
    "confirmed": "confirmed",
    "arrived": "arrived",
    "in_room": "room",
    "done": "done",
    "no_show": "noshow",
    "cancelled": "cancelled",
}
