"""What is between people and the personnel office, and nobody else's to read."""

from app.demo import words
from app.demo.family import Family

FAMILIES = (
    Family(
        name="payslip",
        category=words.PAY,
        weight=1.0,
        minutes=150,
        urgency=(3, 6, 1),
        is_fault=False,
        tags=("payslip",),
        titles=(
            "Payslip of {month}: {what} is missing",
            "Overtime of {month} not on my payslip",
            "Question about a line on my payslip",
            "New bank account from {month} on",
            "Night allowance counted wrongly",
        ),
        threads=("0/0/0/0", "1/1/0/1", "2/2//", "3/3/1/", "1/01/0/"),
        openings=(
            "On my payslip of {month} {what} is missing. The month before it was there.",
            "I had {hours} hours of overtime in {month}, agreed with {manager}, and they aren’t on the payslip.",
            "What does the line “adj. prev. period” on my payslip stand for? It takes {amount} from me.",
            "I’ve changed banks. From {month} on my pay should go to the new account; the form is filled in.",
        ),
        details=(
            "I’d rather not discuss it on the corridor.",
            "No hurry, but before the next run, please.",
        ),
        asks=(
            (
                "Could you send me the sheet with your hours, as it was signed?",
                (
                    "Here it is.",
                    "It’s in the shared folder under my name.",
                    "{manager} has the signed one.",
                ),
            ),
            (
                "For a new account we need it in writing, on the form. Could you drop it at our office?",
                ("Will do, after lunch.", "It’s in your letter box."),
            ),
        ),
        holds=(
            (
                "The run for {month} is closed. It’s noted for the next one.",
                "The run is through, it’s on there.",
            ),
            ("{manager} has to confirm it first; I’ve asked.", "Confirmed."),
        ),
        fixes=(
            "You’re right, {what} had dropped out when the system changed years. It comes with the next payslip, with a note.",
            "The hours are entered now and come with the next pay. Sorry that it took a question.",
            "It’s the correction of a month in which we had paid too much. I’ve put the calculation into your letter box.",
            "The new account is in. The old one can be closed after the next pay day.",
        ),
        notes=(
            "Checked against the time sheet: correct as the employee says.",
            "Same slip for three others of the shift. Correct all.",
            "Not to be discussed with {dept}.",
        ),
        slots={
            "what": (
                "the travel subsidy",
                "the shift allowance",
                "my pension contribution",
                "the bonus",
            ),
            "month": ("January", "March", "May", "June", "August", "October", "November"),
            "hours": ("six", "nine and a half", "eleven", "fourteen"),
            "amount": ("£38.20", "£112.50", "£61.00", "£204.75"),
        },
    ),
    Family(
        name="leave",
        category=words.PAY,
        weight=1.1,
        minutes=110,
        urgency=(5, 5, 0),
        is_fault=False,
        tags=("leave",),
        titles=(
            "How many days of leave have I left?",
            "Carry {n} days over into next year",
            "Parental leave from {month}",
            "Leave shows as rejected, {manager} said yes",
            "Special leave for {reason}",
        ),
        threads=("0/0//", "1/1/0/0", "2/2/1/0", "3/3//", "4/4/0/"),
        openings=(
            "The system says four days and my own list says seven. Which of us is right?",
            "I couldn’t take {n} days because of the audit. Can they be carried over?",
            "We’re expecting a child in {month}, and I’d like to stay at home for a while. What do I have to do, and by when?",
            "My leave in {month} shows as rejected, although {manager} told me that it’s fine.",
            "Is there special leave for {reason}, and what do you need from me?",
        ),
        details=(
            "Please don’t tell {dept} yet.",
            "I’ve read the page on the intranet and am none the wiser.",
        ),
        asks=(
            (
                "Do you have it in writing from {manager}? A mail is enough.",
                (
                    "Yes, I’ve put it into your letter box.",
                    "I’ll ask.",
                    "{manager} writes to you directly.",
                ),
            ),
            (
                "Congratulations! From when to when, roughly? And would you like to work a few hours meanwhile?",
                (
                    "From the first day, for a year, without working.",
                    "Half a year, and one day a week after that.",
                ),
            ),
        ),
        holds=(("That goes through the works council on {day}.", "The council has agreed."),),
        fixes=(
            "Your list is right. Three days of last year had been taken off twice.",
            "Carried over, to be taken by the end of March.",
            "All that you need is in the letter on its way to your home. The dates are noted, and kept to ourselves.",
            "Approved by hand; the calendar had two managers for you and asked the wrong one.",
            "One day, and it’s entered. We need nothing but the date.",
        ),
        notes=(
            "Told nobody in {dept}.",
            "Works council informed.",
            "Two managers in the system, see #onboarding list.",
        ),
        slots={
            "n": ("three", "five", "eight"),
            "month": ("February", "April", "July", "September", "December"),
            "reason": ("moving house", "my sister’s wedding", "a funeral", "jury service"),
        },
    ),
    Family(
        name="contract",
        category=words.PAY,
        weight=0.8,
        minutes=300,
        urgency=(4, 6, 0),
        is_fault=False,
        tags=("contract",),
        titles=(
            "Certificate of employment for {whom}",
            "Fewer hours from {month} on",
            "Interim reference",
            "End of probation: is there a letter?",
        ),
        threads=("0/0//", "1/1/0/0", "2/2/0/0", "3/3//"),
        openings=(
            "{whom} asks for a certificate that I work here and since when. Could you write one?",
            "I’d like to work {hours} from {month} on, for family reasons. {manager} knows and agrees.",
            "Could I have an interim reference? I’m not leaving, {manager} is, and {manager} knows my work best.",
            "My probation ended on the first. Is there a letter, or is silence good news?",
        ),
        asks=(
            (
                "Shall we talk it through? I’m free on {day} at nine, in our office with the door closed.",
                ("{day} at nine is fine, thank you.", "I’m off on {day}. The day after?"),
            ),
        ),
        holds=(("It lies with {manager} for signature.", "Signed."),),
        fixes=(
            "The certificate is in your letter box, two copies, signed.",
            "The amendment is ready for you to sign; the hours change with the first of {month}.",
            "Written and signed. If a sentence of it surprises you, come by.",
            "Silence was good news, and there is a letter too: it’s on its way. Welcome for good!",
        ),
        notes=(
            "Template 4, without salary.",
            "Budget checked with Finance.",
            "Talked for half an hour. Keep it here.",
        ),
        slots={
            "whom": ("the bank", "my landlord", "the nursery", "the embassy"),
            "hours": ("30 hours", "four days a week", "80 percent"),
            "month": ("January", "March", "May", "August", "October"),
        },
    ),
    Family(
        name="in confidence",
        category=words.PAY,
        weight=0.4,
        minutes=500,
        urgency=(2, 6, 2),
        is_fault=False,
        tags=("confidential",),
        titles=(
            "Something that should stay between us",
            "Back after a long illness",
            "A conversation about the tone in {dept}",
        ),
        threads=("0/0/0/", "1/1/0/", "2/2/0/0"),
        openings=(
            "There is something about my situation at home that affects how I can work. Whom can I talk to?",
            "I’ve been away for {weeks} weeks and my doctor says that I can come back with fewer hours at first. How does that work?",
            "I’d like to talk about how people in {dept} are spoken to. Not by mail.",
        ),
        asks=(
            (
                "Thank you for telling us. Could you come to our office on {day}? If another place is easier, say which.",
                ("I’ll come. Thank you.", "Could we meet outside, at the canal?"),
            ),
        ),
        holds=(
            (
                "We’re talking to one after the other, quietly. I’ll write by the end of next week.",
                "Talked to everybody concerned.",
            ),
        ),
        fixes=(
            "We’ve agreed how to go on, and you have my direct number. Nobody else knows of it.",
            "The plan is set: four hours a day for the first two weeks, six for the next two. {manager} knows the hours and nothing else.",
            "There has been a conversation, with the works council in the room. Please tell me if anything like it happens again.",
        ),
        notes=(
            "Spoken, not written down here.",
            "Works council informed, with consent.",
            "See the paper file.",
        ),
        slots={"weeks": ("six", "nine", "fourteen")},
    ),
)
