"""What reaches a help desk because nobody else has a number."""

from app.demo.family import Family

FAMILIES = (
    Family(
        name="badge",
        category="Accounts and access",
        is_fault=False,
        weight=1.1,
        minutes=100,
        tags=("badge", "access"),
        titles=(
            "Badge doesn’t open {door}",
            "Badge lost, probably {where}",
            "Visitor badges for {day}",
            "Access to {door} for {colleague}",
        ),
        threads=("0/0/0/", "1/1//", "2/2//", "3/3/0/"),
        openings=(
            "My badge doesn’t open {door} since I changed desks. The reader blinks red.",
            "I’ve lost my badge, probably {where}. Please block it.",
            "We expect five visitors on {day} and need badges for them.",
            "{colleague} helps out there for a month and needs to get through {door}.",
        ),
        asks=(
            (
                "May I ask {manager}, who is in charge of that door?",
                ("Of course.", "{manager} is away, {colleague} stands in."),
            ),
        ),
        fixes=(
            "Your badge opens {door} again; hold it on the reader until it beeps twice.",
            "The old badge is blocked. Your new one is at reception, bring something with your photo.",
            "Five badges are at reception, valid for the day.",
            "{colleague} can get in until the end of next month.",
        ),
        notes=("Blocked at once.", "Door group changed with the floor plan."),
        slots={
            "door": (
                "the server room",
                "the laboratory",
                "the north gate",
                "the archive",
                "the bicycle cellar",
                "the cold store",
            ),
            "where": ("on the tram", "at the gym", "in the canteen", "in my other jacket"),
        },
    ),
    Family(
        name="move",
        category="Something else",
        is_fault=False,
        weight=0.9,
        minutes=1000,
        urgency=(5, 5, 0),
        tags=("move",),
        titles=(
            "{dept} moves to the {floor}",
            "Desk move on {day}: two screens and a phone",
            "New desk, nothing is where it was",
            "Moving {n} workplaces to {room}",
        ),
        threads=("0/0/0/0", "1/2//0", "2/1//", "0/0/0/0"),
        openings=(
            "{dept} moves to the {floor} on {day}: {n} desks. Who takes care of computers and phones?",
            "I get a new desk in {room}. Could somebody move my two screens and the phone?",
            "I was moved over the weekend and now my screens are at one desk and my laptop is at another.",
        ),
        asks=(
            (
                "Is there a plan of who sits where? A photo of the whiteboard will do.",
                (
                    "Attached to my mail of this morning.",
                    "The plan changes every hour. Tomorrow.",
                ),
            ),
        ),
        holds=(
            (
                "It’s in our calendar for {day}. Please leave the cables as they are, we have a system.",
                "The move is done.",
            ),
        ),
        fixes=(
            "All {n} desks are up. Two chairs were left over, ask {colleague}.",
            "Your screens and phone have found you.",
            "Moved and tested, the phone has kept its number.",
        ),
        notes=("Needs the trolley and two people.",),
        slots={"n": ("four", "six", "nine", "eleven")},
    ),
    Family(
        name="facilities",
        category="Something else",
        weight=1.0,
        minutes=600,
        urgency=(4, 5, 1),
        tags=("building",),
        titles=(
            "{room} is {cold}",
            "The blind in {room} has a will of its own",
            "Lights on the {floor} go out at six",
            "Coffee machine on the {floor}: error 12",
            "Humming noise from the ceiling in {room}",
        ),
        threads=("0/0/0/0", "1/1//0", "2/2//0", "3/3//", "4/4//0"),
        openings=(
            "It is {cold} in {room}. We wear coats.",
            "The blind in {room} goes up and down as it likes, also during presentations.",
            "The lights on the {floor} go out at six, whoever is still there.",
            "I know it’s not really IT, but the coffee machine says error 12 and nobody else answers.",
            "There’s a humming in the ceiling of {room}, a B flat, says {colleague}. It never stops.",
        ),
        asks=(
            (
                "Is it the whole room or the side by the window?",
                (
                    "The whole room.",
                    "By the window.",
                ),
            ),
        ),
        holds=(("I’ve passed it on to Facilities, who come on {day}.", "Facilities were there."),),
        fixes=(
            "Facilities have turned the valve that somebody had turned the other way.",
            "The blind listened to the weather station of the house next door. It listens to you now.",
            "The timer is set to nine. And there’s a switch behind the plant, for later.",
            "Error 12 is a full tray. It’s empty, and the coffee is what it was.",
            "A fan had come loose and sang. Facilities have tightened it.",
        ),
        notes=("Not ours, but five people asked.", "Rang Facilities, extension {ext}."),
        slots={"cold": ("far too cold", "as warm as a greenhouse", "either too hot or too cold")},
    ),
    Family(
        name="data request",
        category="Software",
        is_fault=False,
        weight=0.6,
        minutes=700,
        urgency=(4, 5, 1),
        tags=("report", "data"),
        titles=(
            "List of all {what} of {dept}",
            "Export of {what} for the auditors",
            "Figures: {what} per month",
            "{what} of last year as a spreadsheet",
        ),
        threads=("02/2/0/0", "0/2/0/0", "1/01/0/0", "1/0/0/0"),
        openings=(
            "For the audit we need a list of all {what} of {dept}, as a spreadsheet.",
            "Could I get the {what} per month for last year? The built-in report shows the total only.",
            "{manager} asks for {what} by department until {day}.",
        ),
        asks=(
            (
                "With names in it, or are numbers enough? With names I need a word from People.",
                ("Numbers are enough.", "With names, and People know."),
            ),
        ),
        holds=(("Finance are checking the first version.", "Finance are happy with it."),),
        fixes=(
            "It’s in your folder, one sheet per month. I’ve noted on the first how it was counted.",
            "You can draw it yourself from now on: Scoreboard, Shared, {dept}.",
            "Here you are. Two lines looked odd, I’ve marked them yellow.",
        ),
        notes=("Query kept under Shared, Queries.",),
        slots={
            "what": (
                "licences",
                "devices",
                "phone contracts",
                "open orders",
                "software costs",
                "returned sensors",
            ),
        },
    ),
    Family(
        name="praise and odd ends",
        category="Something else",
        is_fault=False,
        weight=0.5,
        minutes=60,
        urgency=(8, 2, 0),
        tags=("feedback",),
        titles=(
            "Thank you for {day}",
            "A suggestion about {what}",
            "Who do I ask about {what}?",
            "Found: {found} in {room}",
        ),
        threads=("0/0//", "1/1//", "3/2//", "2/3//"),
        openings=(
            "This isn’t a problem for once. {colleague} from your side stayed late on {day} so that our offer went out. Thank you.",
            "Could {what} be explained in the newsletter? Half of {dept} does it wrong, me included.",
            "Somebody left {found} in {room}. It’s with me.",
            "Who takes care of {what} these days? The intranet names somebody who has left.",
        ),
        fixes=(
            "I’ve passed it on, and there were smiles. Thank you for writing.",
            "Good idea, it’s going to be in the next one.",
            "That’s us, or nobody. Write here and we’ll sort it out.",
            "The owner has been found and is on the way to you.",
        ),
        notes=("Read out on Monday.",),
        slots={
            "what": (
                "shared calendars",
                "passwords",
                "the room displays",
                "old laptops",
                "the lost-property box",
            ),
            "found": (
                "a charger",
                "a pair of glasses",
                "a USB stick",
                "a single earbud",
                "an umbrella with a badge on it",
            ),
        },
    ),
)
