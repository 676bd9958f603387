"""The oldest enemy."""

from app.demo.family import Family

CATEGORY = "Printing"

FAMILIES = (
    Family(
        name="printer",
        category=CATEGORY,
        weight=1.7,
        minutes=80,
        tags=("printer",),
        titles=(
            "Printer in {room} prints {what}",
            "{room}: paper jam that isn’t one",
            "Nothing comes out of the printer on the {floor}",
            "Printer {printer} is offline",
            "Prints come out {what}",
            "Printer wants toner, toner is full",
        ),
        threads=("0/02/0/01", "1/3//0", "2/1/1/", "2/4/1/", "0/02/0/1", "3/5//"),
        openings=(
            "The printer in {room} prints {what}, on both trays.",
            "{printer} says that paper is jammed. I’ve opened every door it has; there is nothing.",
            "I send something to {printer}, it says “printing”, and nothing comes out. {colleague} has the same.",
            "{printer} asks for toner although a new one went in on {day}.",
        ),
        details=(
            "I switched it off and on.",
            "The delivery notes are waiting.",
            "Meanwhile we walk to the {floor}.",
        ),
        asks=(
            (
                "Could you print the status page from its menu and leave it in the tray? I’ll come by.",
                ("It’s in the tray.", "The menu doesn’t react either."),
            ),
            (
                "Is it all programs, or only one?",
                ("Only Ledgerline.", "All of them.", "Mail prints, PDFs don’t."),
            ),
        ),
        holds=(
            (
                "The technician of the maker comes on {day}. Please use {printer2} until then.",
                "The technician was here.",
            ),
            ("The part is ordered.", "The part is here."),
        ),
        fixes=(
            "A label had come off inside and stuck to the roller. It’s out, and {printer} prints as it should.",
            "The queue was blocked by a document from last week. Cleared; your prints came out, all nine of them.",
            "New drum is in. The first ten pages may be pale, then it’s fine.",
            "The sensor believed in a jam. I’ve cleaned it and it believes me now.",
            "{printer} had a new address after the power cut. All laptops know it by name from now on.",
            "The chip on the cartridge made no contact. Out, wiped, in again, and {printer} is content.",
        ),
        notes=(
            "Fuser at 190,000 pages, order one.",
            "Label stuck on roller 2.",
            "Maker’s hotline, case {tag}.",
        ),
        slots={
            "what": (
                "grey stripes",
                "wavy",
                "half a page",
                "upside down",
                "pale on the left",
                "in green",
            ),
            "printer": ("PR-0-03", "PR-1-07", "PR-2-02", "PR-2-11", "PR-3-05", "PR-W-01"),
            "printer2": ("PR-1-04", "PR-2-09", "PR-3-01"),
        },
    ),
    Family(
        name="scan",
        category=CATEGORY,
        weight=0.9,
        minutes=100,
        tags=("scanner",),
        titles=(
            "Scan to e-mail: “{error}”",
            "Scans are empty",
            "Scanned files don’t arrive",
            "My name is missing on the scanner’s list",
        ),
        threads=("0/0//", "1/1//", "1/1//", "2/2//"),
        openings=(
            "Scanning to e-mail on the {floor} fails with “{error}”.",
            "I scan thirty pages and get a mail with an empty file.",
            "I’m not on the list of addresses on the scanner in {room}, although I’ve been here for a year.",
        ),
        fixes=(
            "The scanner still used an old password for sending. It has the new one, and I’ve sent you a test.",
            "Files over 10 MB were dropped without a word. The limit is 25 now.",
            "You’re on the list, under your first name.",
        ),
        notes=("Service account’s password had expired.",),
        slots={"error": ("authentication failed", "server not found", "mailbox full", "error 504")},
    ),
    Family(
        name="labels",
        category=CATEGORY,
        weight=0.7,
        minutes=120,
        urgency=(0, 4, 6),
        tags=("labels", "warehouse"),
        titles=(
            "Label printer at gate {n} cuts in the wrong place",
            "Shipping labels without a barcode",
            "Gate {n}: labels are blank",
            "Label text runs over the edge",
        ),
        threads=("0/0/0/", "1/1//", "2/2/0/", "0/0/0/"),
        openings=(
            "The label printer at gate {n} cuts each label in the middle. The lorry leaves at three.",
            "Since this morning the shipping labels have no barcode, only text.",
            "Labels come out blank at gate {n}. The roll is new and the right way round, I think.",
        ),
        asks=(
            (
                "Which roll is in, the one with the blue or the one with the green core?",
                ("Blue.", "Green.", "It has no colour at all."),
            ),
        ),
        fixes=(
            "The roll was for the other printer, half an inch wider. With the blue core it cuts where it should.",
            "The barcode font was lost with the update; it’s installed again.",
            "Roll the other way round, shiny side up. I’ve taped a drawing inside the lid.",
        ),
        notes=("Second time this month, they need their own shelf for rolls.",),
        slots={"n": ("1", "2", "3", "5")},
    ),
)
