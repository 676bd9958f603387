"""Things that one can carry, drop and spill coffee on."""

from app.demo.family import Family

CATEGORY = "Hardware"

FAMILIES = (
    Family(
        name="slow laptop",
        category=CATEGORY,
        weight=1.6,
        minutes=400,
        tags=("laptop", "performance"),
        titles=(
            "Laptop takes {minutes} minutes to start",
            "Everything is slow since the last update",
            "Fan at full speed all day",
            "{tag} freezes when I open a drawing",
            "My laptop has become very slow",
            "Typing lags behind by seconds",
        ),
        threads=("0/04/01/", "1/24/01/", "2/3/1/", "3/1/0/0", "01/042/01/", "1/2/1/"),
        openings=(
            "From pressing the button until I can work it takes {minutes} minutes. Last year it was one.",
            "Since the update {when} everything takes ages: opening a mail, switching windows, even typing.",
            "The fan runs at full speed from morning till evening, also when I do nothing. It is {tag}.",
            "Whenever I open a larger drawing the whole machine freezes for half a minute.",
        ),
        details=(
            "I have restarted it, twice.",
            "The colleagues with the same model don’t have this.",
            "It’s worse when the docking station is connected.",
        ),
        asks=(
            (
                "How much space is left on the disk? You see it in the file window at the left, under This computer.",
                (
                    "It says 1.3 GB of 256.",
                    "About half is free.",
                    "The bar is red, and it says 4 GB.",
                ),
            ),
            (
                "Could you leave it switched on tonight, with the lid open? I’d look at it from here.",
                ("It’s on and connected.", "Not tonight, I need it at home. Tomorrow?"),
            ),
        ),
        holds=(
            (
                "It needs more memory, which is ordered and should be here by {day}.",
                "The memory has arrived.",
            ),
        ),
        fixes=(
            "The disk was full of old update files. With {gb} GB free it starts in under a minute again.",
            "I’ve put in the new memory while you were at lunch. Drawings open without the pause now.",
            "The search index was building itself again and again. I’ve reset it; it will be busy for an hour and then quiet.",
            "There was dust in the fan, a whole carpet of it. Cleaned, quiet, and eight degrees cooler.",
            "This one is five years old and due. You get a new one; I’ll bring it round on {day} and move your things over.",
        ),
        notes=(
            "Disk at 99 %, 60 GB of it update leftovers.",
            "Model with the known fan problem. Third one on this floor.",
            "Memory 8 GB. Ordered 16.",
        ),
        slots={
            "minutes": ("six", "eight", "ten", "twelve", "fifteen"),
            "when": ("on Tuesday", "last night", "last week"),
            "gb": ("41", "57", "68", "83", "112"),
        },
    ),
    Family(
        name="screen",
        category=CATEGORY,
        weight=1.4,
        minutes=90,
        tags=("screen", "docking"),
        titles=(
            "Second screen stays black",
            "Screen flickers at the new desk",
            "Docking station doesn’t see the screens",
            "Both screens show the same picture",
            "Pink stripes on the left screen",
            "No picture after lunch",
        ),
        threads=("0/01/01/0", "1/4/1/", "2/1/0/", "3/2//", "4/03/1/0", "02/1/0/"),
        openings=(
            "The right screen stays black since I plugged in this morning. The light on it is on.",
            "At the new desk in {room} the screen flickers whenever somebody uses the lift. I’m not joking.",
            "The docking station charges the laptop but neither screen shows anything.",
            "I’d like two different pictures on my two screens and get the same one twice.",
            "There are pink stripes on the left screen, like a flag. They stay when I restart.",
        ),
        details=("I swapped the cables, no change.", "With {colleague}’s laptop it works."),
        asks=(
            (
                "Could you pull the power plug of the docking station, count to ten, and put it back?",
                (
                    "That did something: now one of them works.",
                    "No change, I’m afraid.",
                    "It’s back! Magic.",
                ),
            ),
            (
                "Which cable goes from the dock to the dark screen, the flat one or the one with two screws?",
                ("The flat one.", "The one with the screws.", "There is an adapter in between."),
            ),
        ),
        holds=(("The cable is ordered, small thing, two or three days.", "The cable is here."),),
        fixes=(
            "It was the cable. A new one is in and I took the old one with me, so nobody has the same fun again.",
            "The dock had an old firmware. Updated, both screens are found now, also after sleep.",
            "Windows key and P, then Extend: that is the setting for two pictures. It’s set now.",
            "I’ve exchanged the screen. The old one goes back under warranty.",
            "The screen shared a socket with the lift’s lamp circuit. It hangs on another one now and is calm.",
        ),
        notes=("Dock firmware two versions behind.", "Screen {tag}, warranty until next year."),
    ),
    Family(
        name="accident",
        category=CATEGORY,
        weight=0.8,
        minutes=700,
        urgency=(0, 3, 7),
        tags=("laptop", "repair"),
        titles=(
            "{drink} on the keyboard",
            "Laptop fell off the {place}",
            "Crack in the display",
            "Hinge broken, the lid won’t stay up",
            "The S key has come off",
        ),
        threads=("0/0/0/", "1/1//1", "1/1//1", "2/2//0", "3/3//"),
        openings=(
            "I’m sorry to say that a cup of {drink_low} went over the keyboard. I switched it off at once and it stands upside down now.",
            "My laptop fell off the {place}. It starts, but a third of the display is black.",
            "The left hinge is broken. If I open the lid further than half, something cracks.",
            "A key has come off and doesn’t go back on. Of course it’s one I need.",
        ),
        details=(
            "Don’t ask.",
            "It was nobody’s fault, really.",
            "My data should be on the drive, I hope.",
        ),
        asks=(
            (
                "Thank you for switching it off. Is there anything on it that isn’t on the shared drive?",
                (
                    "Everything is on the drive.",
                    "A few photos on the desktop, nothing important.",
                    "The report for {day}, unfortunately.",
                ),
            ),
        ),
        holds=(
            (
                "It has gone to the repairer, who says about a week. You have {tag} until then.",
                "It is back from the repairer.",
            ),
            ("A display for this model is ordered.", "The display has come."),
        ),
        fixes=(
            "You have a spare, {tag}, with your files on it. The old one is drying, and I don’t hold out much hope.",
            "New display is in. And I’ve put a soft bag beside it, for next time.",
            "Repaired and back on your desk. The spare stays with us, thank you for bringing it.",
            "New keyboard is in, all keys where they belong.",
        ),
        notes=(
            "Liquid inside, board corroded. Written off.",
            "Insurance form sent to Finance.",
            "Spare {tag} lent.",
        ),
        slots={
            "drink": ("Coffee", "Tea", "Orange juice", "Water"),
            "drink_low": ("coffee", "tea", "something sticky", "water"),
            "place": ("desk", "trolley", "window sill", "lab bench", "forklift"),
        },
    ),
    Family(
        name="order",
        category=CATEGORY,
        is_fault=False,
        weight=1.3,
        minutes=1300,
        urgency=(6, 4, 0),
        tags=("order",),
        titles=(
            "Could I have {thing}?",
            "For {dept}: {thing}",
            "Request: {thing}",
            "We need {thing} in {room}",
        ),
        threads=("02/012/0/01", "0/02/0/01", "02/01/0/01", "1/2/0/01"),
        openings=(
            "For my work in {dept} I’d need {thing}. {manager} agrees.",
            "We’d like {thing} for {room}. Is that something you order, or do we?",
            "{manager} says that I may ask you for {thing}. The old one has given up.",
        ),
        details=("No hurry.", "Cost centre is the usual one of {dept}.", "Second-hand is fine."),
        asks=(
            (
                "Gladly. Which cost centre does it go on?",
                (
                    "The one of {dept}, four-one-{ext}.",
                    "I’ll ask {manager} and tell you.",
                ),
            ),
        ),
        holds=(
            ("Ordered today, delivery is said to take ten working days.", "The parcel is here."),
            (
                "The supplier has none before {day}. I’ve reserved one.",
                "It was delivered this morning.",
            ),
        ),
        fixes=(
            "It’s on your desk. If it doesn’t suit you, bring it back within two weeks.",
            "We had one in the cupboard, hardly used. It’s at reception under your name.",
            "Delivered to {room} and connected.",
        ),
        notes=("Order with Purchasing, reference {tag}.", "Standard item, no approval needed."),
        slots={
            "thing": (
                "a headset with a cable",
                "an upright mouse",
                "a second charger",
                "a screen that can be turned",
                "a webcam",
                "a left-handed mouse",
                "a label printer",
                "a bigger screen",
                "a numeric keypad",
                "a docking station",
            ),
        },
    ),
    Family(
        name="instrument pc",
        category=CATEGORY,
        weight=0.9,
        minutes=300,
        urgency=(0, 4, 6),
        tags=("lab", "plant"),
        titles=(
            "Test bench {n} PC doesn’t start",
            "Bench {n}: the flow meter isn’t found any more",
            "Measuring PC {n} lost its connection",
            "Serial adapter on bench {n} is dead",
            "Backup of bench {n} fails",
        ),
        threads=("0/02/0/1", "1/1/1/", "2/1/1/0", "2/1/1/0", "3/3//"),
        openings=(
            "The computer of test bench {n} stops at a black screen with white writing. We can’t calibrate anything until it runs.",
            "Since the power cut the bench software says that no flow meter is connected. All cables are in.",
            "Bench {n} loses the connection every few minutes and then the series has to start again.",
            "The nightly backup of bench {n} has said “failed” three days running.",
        ),
        details=(
            "Forty sensors are waiting.",
            "{colleague} knows the bench best, if I’m not there.",
        ),
        asks=(
            (
                "What do the last two lines on the screen say? A photo is fine.",
                (
                    "“No bootable device”, and then a cursor.",
                    "Something about a date and time that are not set.",
                ),
            ),
            (
                "Which port does the adapter show in the bench software, and which one is set there?",
                ("It shows 7, set is 3.", "There is none in the list at all."),
            ),
        ),
        holds=(
            (
                "The maker of the bench has to send a new adapter. I’ve asked for express.",
                "The adapter came by courier.",
            ),
            (
                "We can only swap the disk when the bench is free; that is {day}.",
                "The bench is free today.",
            ),
        ),
        fixes=(
            "The disk had given up. I’ve restored last night’s backup to a new one, and the bench calibrates again.",
            "The adapter had moved to another port. It is nailed to port 3 now and survives a restart.",
            "The battery that keeps the clock was empty. New battery, right date, bench runs.",
            "The backup disk was full. I removed copies older than a year, and last night’s went through.",
        ),
        notes=(
            "No network allowed on this one, use the stick.",
            "Spare disk in the grey cupboard.",
            "Do not update this PC, the bench software breaks.",
        ),
        slots={"n": ("1", "2", "3", "4", "5", "7", "8")},
    ),
    Family(
        name="mobile",
        category=CATEGORY,
        weight=1.0,
        minutes=180,
        tags=("phone",),
        titles=(
            "Work phone doesn’t charge",
            "No mail on the phone since {when}",
            "Phone contract for a colleague abroad",
            "SIM card is not accepted",
            "Phone battery is empty by noon",
        ),
        threads=("0/01//0", "1/3/0/", "2/2//", "3/0//", "4/0//0"),
        openings=(
            "My work phone charges only when the cable is bent, and since today not at all.",
            "The phone shows no new mail since {when}. On the laptop everything is there.",
            "I travel to the Lisbon office for two months. What do I do about the phone there?",
            "After a restart the phone says that there is no SIM card. There is, I looked.",
            "The battery of my work phone is full at eight and empty by noon, and I hardly touch it.",
        ),
        asks=(
            (
                "Could you remove the mail account on the phone and add it again? It takes three minutes, the steps are on the intranet under Phones.",
                (
                    "Done, and the mails come in.",
                    "It stops at “checking account”.",
                ),
            ),
        ),
        holds=(("The phone has to go in; about five working days.", "The phone is back."),),
        fixes=(
            "You get a new one. Come by {room} with the old one and we move everything over in twenty minutes.",
            "There was lint in the socket. A toothpick later it charges.",
            "Roaming is switched on until the end of your stay, no need to do anything.",
            "The mail account had lost its permission. I’ve renewed it, mails should be coming in.",
        ),
        notes=("Battery at 71 %, due.", "Contract changed with the provider, reference {tag}."),
        slots={"when": ("yesterday", "the update", "Saturday", "this morning")},
    ),
)
