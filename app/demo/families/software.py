"""Programs that do not do what people want, or do what nobody wanted."""

from app.demo.family import Family

CATEGORY = "Software"

FAMILIES = (
    Family(
        name="mail search",
        category=CATEGORY,
        weight=1.4,
        minutes=90,
        tags=("mail",),
        titles=(
            "Mail search finds nothing older than {month}",
            "Mails go to junk although I trust the sender",
            "A mail from {dept} never arrived",
            "Can’t send mails with large files",
            "Calendar shows meetings an hour off",
            "My signature is gone",
        ),
        threads=("0/0/0/", "1/1/1/", "2/2/1/", "4/4//", "3/3//", "5/5//"),
        openings=(
            "When I search my mail I only get results since {month}. I know that there is more, I can scroll to it.",
            "Mails of a supplier land in junk again and again, although I marked them as wanted.",
            "{colleague} sent me something yesterday and it isn’t anywhere, not in junk either.",
            "All my appointments are an hour late since the weekend. I was alone in two meetings today.",
            "A mail with drawings, 40 MB in all, comes back with a page of English and numbers.",
            "My signature is gone since yesterday; my mails end without a name.",
        ),
        asks=(
            (
                "Does it find them in the browser too? That tells me whether it is the laptop or the mailbox.",
                (
                    "In the browser it finds everything.",
                    "Same there.",
                ),
            ),
            (
                "From which address did it come, and roughly when? I’ll look in the log.",
                ("From {colleague}, shortly after ten yesterday.", "Around four on {day}."),
            ),
        ),
        fixes=(
            "The search index on the laptop had stopped in {month}. I’ve started it afresh; give it until tomorrow.",
            "The supplier’s domain is on our list of friends now. What was in junk I’ve moved back.",
            "It was held back because of a file in it. I’ve let it through, it should be with you.",
            "The laptop was set to another time zone after the trip. It’s home again, and so are your meetings.",
            "Large files are better sent as a link: right-click, Share. I’ve written it up with pictures on the intranet.",
            "Your signature lives in the mailbox now, not on the laptop, so it comes with you wherever you sign in. It’s back.",
        ),
        notes=(
            "Index stuck, known since the last update.",
            "Message quarantined, attachment with macros.",
        ),
        slots={"month": ("January", "March", "May", "September", "November")},
    ),
    Family(
        name="spreadsheet",
        category=CATEGORY,
        weight=1.3,
        minutes=150,
        tags=("office",),
        titles=(
            "Costing sheet: macros are blocked",
            "Spreadsheet says it is in use by {colleague}",
            "File of {dept} is damaged and can’t be opened",
            "Formulas show text instead of numbers",
            "Somebody saved over my file",
        ),
        threads=("0/0//", "1/1//", "2/2/0/", "4/3//", "3/24/0/"),
        openings=(
            "Since this week a red bar says that macros are blocked in our costing sheet. We can’t make offers without it.",
            "The plan for {dept} is “locked by {colleague}”, who is on holiday.",
            "The file for {day}’s meeting can’t be opened: it says the content is damaged.",
            "Somebody saved an old version over our file, and two days of work are gone.",
            "In the plan for {dept} the formulas show as text, with the equals sign and all, and nothing adds up.",
        ),
        details=("The path is Shared, {dept}, Planning.",),
        asks=(
            (
                "What is the file called exactly, and when was it last all right?",
                (
                    "Plan {dept}, and yesterday at five it was fine.",
                    "“costing v7 final final”. I know. {day} morning.",
                ),
            ),
        ),
        fixes=(
            "I’ve put the folder on the list of trusted places. Close the sheet, open it again, and the bar is gone.",
            "I’ve released the lock. {colleague}’s laptop had gone to sleep with the file open.",
            "Yesterday’s version is back, beside the broken one, with “restored” in its name.",
            "The column was stored as text. I’ve converted it and the totals add up again:\n\n1. select the column\n2. Data, then Text to columns\n3. Finish",
            "Right-click on the file, then Previous versions: there are four a day. I’ve restored the one from last evening for you.",
        ),
        notes=(
            "Macro is unsigned. Someone should sign it one day.",
            "Restored from the 17:00 copy.",
        ),
    ),
    Family(
        name="ledger",
        category=CATEGORY,
        weight=1.5,
        minutes=200,
        urgency=(1, 5, 4),
        tags=("ledgerline",),
        titles=(
            "Ledgerline: {error} when I save an order",
            "Ledgerline closes by itself when printing",
            "Order {order} can’t be released",
            "Ledgerline: wrong currency for a customer",
            "Supplier appears twice in Ledgerline",
            "Ledgerline report takes half an hour",
        ),
        threads=("0/0/01/01", "1/1/1/0", "2/2//", "4/5//0", "5/4//", "3/3/1/"),
        openings=(
            "When I save an order in Ledgerline it says {error} and the order is gone.",
            "Ledgerline disappears without a word when I print a delivery note. Every time since {day}.",
            "Order {order} is greyed out and can’t be released. The customer asks where it stays.",
            "The month’s report used to take two minutes. Today I stopped it after thirty.",
            "A customer who pays in kroner gets invoices in euros since {day}.",
            "The same supplier is in the list twice, with two numbers, and half of the orders hang on each.",
        ),
        details=("Colleagues in {dept} have the same.", "I’m in the newest version, it says 8.4."),
        asks=(
            (
                "Is that with every order, or only with some? A number of one that fails helps most.",
                (
                    "{order} is one. {colleague} has others.",
                    "With all of them since {day}.",
                    "Only those with more than one delivery date.",
                ),
            ),
            (
                "Could you try once more now and tell me the minute? I’m watching the log.",
                (
                    "Just now, and it failed.",
                    "Tried. It worked this time!",
                ),
            ),
        ),
        holds=(
            (
                "I’ve passed it on to the maker of Ledgerline with the log. They usually answer within two days.",
                "The maker has answered with a fix.",
            ),
            (
                "It is in the next release, planned for {day}. Until then, saving twice works.",
                "The new release is installed.",
            ),
        ),
        fixes=(
            "The number range for orders was used up. It has room for the next ten years now, {order} included.",
            "The print form had a logo in a format it doesn’t like. With the old logo it prints.",
            "{order} waited for a credit check that nobody saw. {manager} has released it.",
            "The report read all years each time. With the year filled in it’s two minutes again.",
            "I’ve merged the two suppliers; the older number stays.",
            "The currency hung on the country of delivery. It’s taken from the customer again, and the open invoices are corrected.",
        ),
        notes=(
            "Log says deadlock with the nightly export.",
            "Case with the vendor, number {tag}.",
            "Workaround: save, wait, save.",
        ),
        slots={
            "error": ("error 1143", "“record locked”", "error 2207", "“no number range”"),
            "order": ("A-20418", "A-20773", "A-21006", "A-21350", "A-21944", "A-22017", "A-22591"),
        },
    ),
    Family(
        name="licence",
        category=CATEGORY,
        is_fault=False,
        weight=1.0,
        minutes=600,
        urgency=(4, 5, 1),
        tags=("licence",),
        titles=(
            "Licence for {program} has run out",
            "{program} for {colleague}",
            "“No licence available” in {program}",
            "Could I try {program} for a month?",
        ),
        threads=("0/0//0", "1/1/0/0", "2/2//", "3/3//"),
        openings=(
            "{program} says that my licence ends in three days.",
            "We’d need {program} for {colleague}, who takes over the drawings from next week.",
            "Every morning after nine {program} says that no licence is available. Before nine it works.",
            "I’ve seen {program} at a fair and would like to find out whether it helps us in {dept}.",
        ),
        asks=(
            (
                "Do you use it every day, or would it do to share one with {colleague}?",
                (
                    "Every day.",
                    "Sharing is fine, I need it on Thursdays.",
                ),
            ),
        ),
        holds=(
            (
                "Ordered; the key comes by mail from the seller, usually within the week.",
                "The key has come.",
            ),
        ),
        fixes=(
            "Your licence is renewed for a year. Restart {program} and it will stop asking.",
            "{colleague} has a seat now. It installs itself over lunch.",
            "Four seats were held by people who left. They’re free again.",
            "You can try it until the end of next month; then tell us whether you’d miss it.",
        ),
        notes=("Seats 24 of 25.", "Cost centre {dept}. Renewal each spring."),
        slots={
            "program": (
                "Drawbridge CAD",
                "Statwise",
                "Formpress",
                "Pixelyard",
                "Planwell",
                "Scoreboard BI",
            )
        },
    ),
    Family(
        name="update",
        category=CATEGORY,
        weight=1.0,
        minutes=150,
        tags=("updates",),
        titles=(
            "Update wants to restart in the middle of my work",
            "Update stuck at {percent} %",
            "After the update: no sound",
            "Blue screen after last night’s update",
            "The laptop updates every single day",
        ),
        threads=("3/3//", "0/0/0/", "1/1//", "2/2//", "4/3//"),
        openings=(
            "The update has been at {percent} % since eight. I don’t dare to switch it off.",
            "After last night’s update there is no sound, neither from the headset nor from the laptop.",
            "A blue screen with a sad face, then a restart, then the same again. Since last night’s update.",
            "In the middle of a customer’s call the laptop told me that it restarts in five minutes, and it did.",
            "Every single morning it installs something and wants a restart. Is that meant?",
        ),
        asks=(
            (
                "Is the light of the disk still blinking? If it has been quiet for half an hour, hold the power button for ten seconds.",
                (
                    "It blinks now and then.",
                    "Quiet. I did it, and now it says that it undoes the changes.",
                ),
            ),
        ),
        fixes=(
            "It went through in the end. I’ve set your updates to the lunch hour.",
            "The sound driver was replaced by one that doesn’t know your model. The right one is back.",
            "I’ve taken the update off again and put it aside until the maker mends it.",
            "Restarts wait until the evening from now on, and it asks first.",
        ),
        notes=("Same update broke two others today.", "Driver rolled back."),
        slots={"percent": ("12", "30", "64", "87", "99")},
    ),
    Family(
        name="how to",
        category=CATEGORY,
        is_fault=False,
        weight=1.4,
        minutes=45,
        urgency=(7, 3, 0),
        tags=("how-to",),
        titles=(
            "How do I {task}?",
            "Question: {task}",
            "Is there a way to {task}?",
            "Help with something small: {task}",
        ),
        threads=("012/012//", "012/012//", "012/012//", "012/012//"),
        openings=(
            "I’m sure it’s easy, but how do I {task}?",
            "I’d like to {task} and I’ve clicked through all the menus.",
            "{colleague} says one can {task}, but couldn’t remember where.",
        ),
        details=("It isn’t urgent at all.", "A link to a description is enough."),
        fixes=(
            "It’s a bit hidden: {where}. I’ve tried it on mine and it works as you’d hope.",
            "{where_cap}. If it’s greyed out for you, tell me and I’ll have a look.",
            "There’s a page for that on the intranet, under First aid. In short: {where}.",
        ),
        notes=("Third time somebody asks. Should go on the intranet page.",),
        slots={
            "task": (
                "share a calendar with another department",
                "sign a PDF",
                "put a mailbox on two computers",
                "record a meeting",
                "get back a file I deleted yesterday",
                "print on both sides by default",
                "set an absence note for the whole team",
                "make a list without duplicates",
                "book a room for every second week",
                "send a form that people can fill in",
            ),
            "where": (
                "right-click, then More, then the third entry",
                "it’s under File, Options, Advanced, almost at the end",
                "the small arrow beside the button opens the menu you need",
                "hold Shift while you right-click and an extra entry shows up",
                "you find it in the browser version, not in the program",
            ),
            "where_cap": (
                "Under Settings, then Sharing",
                "In the right-click menu, with Shift held",
                "Top right, the three dots, then Permissions",
            ),
        },
    ),
    Family(
        name="intranet",
        category=CATEGORY,
        weight=0.8,
        minutes=200,
        urgency=(5, 5, 0),
        tags=("intranet",),
        titles=(
            "Broken link on the {page} page",
            "Wrong phone number on the {page} page",
            "{page} page shows last year’s figures",
            "Can’t upload a picture to the {page} page",
        ),
        threads=("0/01//", "1/01//", "3/01//", "2/2/0/"),
        openings=(
            "On the {page} page the second link leads nowhere.",
            "The {page} page still lists {colleague}, who moved to {dept} in spring.",
            "When I add a picture to the {page} page it turns in a circle and nothing happens.",
            "The {page} page shows the figures of last year, and people have begun to quote them.",
        ),
        asks=(
            (
                "How big is the picture? Over 8 MB it gives up without saying so.",
                ("It has 21 MB, straight from the camera.", "Only 300 kB."),
            ),
        ),
        fixes=(
            "Corrected, thank you for telling us.",
            "The page belongs to {dept}; I’ve made you an editor, so next time you can do it yourself.",
            "It takes pictures up to 30 MB now, and says so when one is larger.",
        ),
        notes=("Owner of the page left. {dept} takes over.",),
        slots={
            "page": (
                "canteen",
                "travel",
                "safety",
                "phone list",
                "works council",
                "laboratory",
                "welcome",
            )
        },
    ),
    Family(
        name="suspicious mail",
        category=CATEGORY,
        is_fault=False,
        weight=1.2,
        minutes=30,
        urgency=(1, 5, 4),
        tags=("security", "phishing"),
        titles=(
            "Is this mail real?",
            "Strange mail about {topic}",
            "I clicked on a link, and now I wonder",
            "Mail “from {manager}” asks for {topic_low}",
            "Suspicious mail in {dept}",
        ),
        threads=("0/03//", "0/03//", "2/12/0/", "1/0//", "0/0//"),
        openings=(
            "I got a mail about {topic}, with a link that looks odd. Is it real?",
            "A mail that claims to be from {manager} asks me for {topic_low}, at once and in secret.",
            "I clicked on the link in a mail about {topic} before I thought about it. I closed the page again.",
        ),
        details=("Others in {dept} have it too.", "I haven’t answered."),
        asks=(
            (
                "Good that you ask. Did you type your password anywhere on that page?",
                ("No, I closed it.", "I think so, yes. Sorry.", "I began to and then stopped."),
            ),
        ),
        fixes=(
            "It’s a fake, and a good one. Delete it. I’ve blocked the sender and taken it out of the other mailboxes.",
            "Nothing happened: the page was already switched off when you clicked. Well done for saying so at once.",
            "I’ve reset your password to be safe and signed out all other devices. Nobody had used it.",
            "This one is real, if clumsy. I’ve told {dept} that their mails look like fakes.",
        ),
        notes=("Removed from 34 mailboxes.", "Password reset, sessions ended, log is clean."),
        slots={
            "topic": (
                "a parcel",
                "an unpaid invoice",
                "a voicemail",
                "the pension scheme",
                "a full mailbox",
            ),
            "topic_low": ("gift cards", "a quick transfer", "the staff list", "my mobile number"),
        },
    ),
)
