"""Passwords, permissions, people who come, move and go."""

from app.demo.family import Family

CATEGORY = "Accounts and access"

FAMILIES = (
    Family(
        name="locked out",
        category=CATEGORY,
        weight=2.2,
        minutes=25,
        urgency=(0, 4, 6),
        tags=("password", "lockout"),
        titles=(
            "Locked out of my account since {when}",
            "Account locked after too many attempts",
            "My password is right but {system} says no",
            "Can’t sign in to {system}",
            "Locked out again, third time this week",
            "Password forgotten over the holiday",
        ),
        threads=("01/03/01/", "0/03/0/", "12/23/1/", "1/03/01/", "2/02/1/", "3/1/0/"),
        openings=(
            "I typed my password wrong a few times in {system} and now it says the account is locked.",
            "{system} does not let me in since {when}. I am sure that the password is right.",
            "I changed my password {when} and now {system} asks for it every ten minutes until it locks me out.",
            "After two weeks away I can’t remember what I changed my password to. Could somebody reset it?",
        ),
        details=(
            "My phone still has the old password, if that matters.",
            "I am at a colleague’s desk in {room} for now.",
            "I have a delivery to book before noon, so sooner would be better.",
        ),
        asks=(
            (
                "Before I unlock it: can I ring you back on the number in the directory, so I know it is you?",
                (
                    "Yes, ring me on extension {ext}, I’m at my desk.",
                    "I’m at {colleague}’s desk, extension {ext}.",
                ),
            ),
            (
                "Is the old password still saved on your phone or tablet? That is usually what locks it.",
                (
                    "You are right, the phone still had the old one. I changed it there too.",
                    "I looked, the phone has no mail account. Only the laptop.",
                    "Good question. How do I check that on the tablet?",
                ),
            ),
        ),
        fixes=(
            "Your account is unlocked. Sign in once on the laptop first, then put the new password on the phone.",
            "I’ve reset it; you’ll be asked to choose a new password when you sign in next. A few words in a row are easier to keep than something with symbols.",
            "Unlocked. The lock came from an old mail profile on your phone, which is removed now.",
            "Done, try again now. It can take two minutes until {system} knows about it.",
        ),
        notes=(
            "Identity checked by calling back on {ext}.",
            "Lockouts come every 10 minutes from the same phone. Old mail profile.",
            "Third lockout this month. Worth showing them the password manager.",
        ),
        slots={
            "system": ("the laptop", "the portal", "e-mail", "the time sheet", "Ledgerline"),
            "when": ("this morning", "yesterday", "Monday", "lunch", "the weekend"),
        },
    ),
    Family(
        name="folder access",
        category=CATEGORY,
        is_fault=False,
        weight=1.8,
        minutes=120,
        urgency=(3, 6, 1),
        tags=("permissions", "files"),
        titles=(
            "Access to the {folder} folder",
            "{folder} folder: read only, I need to save there",
            "Please add {colleague} to {folder}",
            "I can see {folder} but every file says “denied”",
            "Lost access to {folder} after moving to {dept}",
        ),
        threads=("0/0/01/0", "1/1/0/0", "2/3/01/0", "3/02/0/", "03/2//"),
        openings=(
            "Since I moved to {dept} I need the {folder} folder on the shared drive. At the moment it isn’t even listed for me.",
            "I can open files in {folder} but not save them. {colleague} next to me can.",
            "{colleague} starts helping us with the audit and needs to read {folder}. Writing is not necessary.",
            "Until last week I could open {folder}. Now every file in it says that access is denied.",
        ),
        details=(
            "My manager is {manager}, who knows about it.",
            "It is for the quarter’s close, so by {day} would be good.",
        ),
        asks=(
            (
                "Happy to. The folder belongs to {dept}: may I ask {manager} for a yes, or have you got one already?",
                (
                    "{manager} said yes in the hall, but please ask.",
                    "I forwarded you the mail with the approval.",
                    "Please ask, I didn’t know that one has to.",
                ),
            ),
            (
                "Do you need to change files there, or is reading enough?",
                (
                    "Reading is enough.",
                    "I have to save the monthly figures there, so writing, please.",
                    "Writing for me, reading for {colleague}.",
                ),
            ),
        ),
        holds=(
            (
                "I’ve asked {manager} for approval and will set it up as soon as there is a yes.",
                "{manager} has agreed.",
            ),
        ),
        fixes=(
            "You are in the group for {folder} now. Sign out and in again, then it shows up under Shared.",
            "Done: you can read and write in {folder}. It takes a new sign-in to be noticed.",
            "The move to {dept} took the old group away. I’ve put the right one back.",
            "{colleague} can read {folder} from now on, and I’ve noted it to end in three months. Tell us if it should be longer.",
        ),
        notes=(
            "Approved by {manager} by mail.",
            "Group is nested twice, no wonder nobody understands it. Added directly for now.",
            "Waiting for the owner. Reminded {manager} once.",
        ),
        slots={
            "folder": (
                "Budgets",
                "Calibration records",
                "Contracts",
                "Drawings",
                "Press photos",
                "Supplier audits",
                "Price lists",
                "Works council",
                "Test reports",
            ),
        },
    ),
    Family(
        name="new starter",
        category=CATEGORY,
        is_fault=False,
        weight=1.3,
        minutes=900,
        urgency=(3, 6, 1),
        tags=("onboarding",),
        titles=(
            "New colleague in {dept} starts on {day}",
            "{starter} joins {dept}: laptop, mail, badge",
            "Account for a student worker in {dept}",
            "Everything for {starter}’s first day",
            "New starter without a mailbox",
        ),
        threads=("0/01/0/01", "0/01/0/01", "1/2//1", "0/01/0/01", "2/01//"),
        openings=(
            "{starter} starts in {dept} on {day}. We need a laptop, a mailbox, the {dept} folders and a badge for {room}.",
            "A student joins us for three months from {day}. A mailbox and the test reports are enough, no laptop of their own.",
            "{starter} started today and sits beside me without an account. The form was sent two weeks ago, I think.",
        ),
        details=(
            "The screen from the old desk can stay.",
            "If it is easier, I’ll collect things from you.",
        ),
        asks=(
            (
                "Does {starter} need a phone as well, and is there a screen at the desk already?",
                (
                    "A phone yes, the screen is there.",
                    "No phone. One screen is there, a second would be nice.",
                    "I’ll ask and tell you tomorrow.",
                ),
            ),
        ),
        holds=(
            (
                "Laptops are out until {day}; one is reserved for {starter}. The account is ready in the meantime.",
                "The laptops came in this morning.",
            ),
            (
                "Everything is prepared. I’ll leave this on hold until the first day and then hand it over.",
                "First day today.",
            ),
        ),
        fixes=(
            "{starter} is set up: account, mailbox and folders of {dept}. The laptop {tag} is on the desk, the start password is with {manager}.",
            "Handed over this morning, signed in together, badge works for {room}. Welcome to {starter} from us.",
            "The account exists until the end of the contract and can read the test reports. Tell us if it becomes longer.",
        ),
        notes=(
            "Laptop {tag} imaged, label printed.",
            "Form came without an end date. Asked People.",
            "Same folders as {colleague}, minus Contracts.",
        ),
        slots={
            "starter": (
                "Benedikt",
                "Chidi",
                "Dorothea",
                "Fintan",
                "Giulia",
                "Hamza",
                "Ilse",
                "Kofi",
                "Lidia",
                "Matilda",
                "Nils",
                "Oona",
                "Rasheeda",
                "Stellan",
                "Tereza",
            ),
        },
    ),
    Family(
        name="second factor",
        category=CATEGORY,
        is_fault=False,
        weight=1.3,
        minutes=30,
        urgency=(1, 4, 5),
        tags=("two-step", "phone"),
        titles=(
            "New phone, no more codes",
            "Two-step code is refused",
            "The sign-in app asks for a code I don’t get",
            "Lost my phone, how do I sign in?",
            "Codes arrive ten minutes late",
        ),
        threads=("0/0/1/", "1/1/0/", "03/03/1/", "2/2/1/", "3/3//"),
        openings=(
            "I have a new phone and the app on it knows nothing about my account. The old phone is wiped already.",
            "The six digits from the app are refused every time. I’ve tried on two computers.",
            "I left my phone {where} and can’t sign in to anything without the code.",
            "The text message with the code comes ten minutes after I asked for it, and then it is too late.",
        ),
        asks=(
            (
                "Is the clock on the phone set by itself? If it is off by a minute, the codes don’t match.",
                (
                    "It was two minutes slow! I set it to automatic.",
                    "The clock is right.",
                ),
            ),
            (
                "Could you come by {room} with your badge? I’d like to see you before I take the second step off.",
                ("On my way.", "I’m travelling until {day}. Can we do it by video?"),
            ),
        ),
        fixes=(
            "I’ve removed the old phone. When you sign in next, it shows a picture to scan with the new one.",
            "It was the phone’s clock. With automatic time the codes are accepted again.",
            "You have a list of ten one-time codes now. Keep it somewhere that is not the phone.",
            "Text messages are slow with that network. I’ve switched you to the app, which needs no reception.",
        ),
        notes=("Seen in person, badge checked.", "Video call, recognised. Reset done."),
        slots={"where": ("on a train", "in a taxi", "at a customer’s", "in the hotel", "at home")},
    ),
    Family(
        name="leaver",
        category=CATEGORY,
        is_fault=False,
        weight=0.7,
        minutes=240,
        urgency=(3, 6, 1),
        tags=("offboarding",),
        titles=(
            "{colleague} leaves at the end of the month",
            "What happens with the mail of {colleague}?",
            "Hand-over of {colleague}’s files",
            "Redirect {colleague}’s mail to me",
        ),
        threads=("0/0//0", "1/1//", "2/2/0/1", "1/1//"),
        openings=(
            "{colleague} leaves {dept} on {day}. The account can be closed that evening; I’d need the files of the last year.",
            "Customers still write to {colleague}, who left last week. Could these mails reach {dept} for some time?",
            "We need two drawings from {colleague}’s own folder, and {colleague} is gone since Friday.",
        ),
        asks=(
            (
                "For the files I need a word from {manager} and from People, because it is a personal folder. Shall I ask them?",
                ("Yes please, both know.", "I’ve asked People, they will write to you."),
            ),
        ),
        holds=(
            ("Planned for {day}, nothing to do before.", "The last day is over."),
            (
                "Waiting for the word from People about the folder.",
                "People have agreed in writing.",
            ),
        ),
        fixes=(
            "The account is closed, the laptop {tag} is back, and the mailbox answers that {dept} has taken over.",
            "Mail for {colleague} goes to the mailbox of {dept} for three months, then it stops.",
            "The two drawings are in your Drawings folder. Nothing else was opened.",
        ),
        notes=(
            "Laptop {tag} wiped after the copy.",
            "Phone contract ends with the month, told Purchasing.",
        ),
    ),
)
