"""What people say around the matter itself, by mood and habit, and the names of things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ORGANISATION = "Brackwater Instruments"
DOMAIN = "brackwater.example"
TIME_ZONE = "Europe/London"
PAY = "Pay and leave"
"""The category of what only the private team is to read."""

DEPARTMENTS = (
    "Production",
    "Logistics",
    "Sales",
    "Research",
    "Laboratory",
    "Purchasing",
    "Finance",
    "Customer Service",
    "People",
    "Quality",
    "Marketing",
    "Facilities",
)
FIRST_NAMES = tuple(
    """Abena Adele Agnes Aidan Aisha Alasdair Aleksy Alina Amara Amir Anneke Anselm Anya Arjun Astrid
    Azadeh Beatriz Bilal Birgit Blessing Bojan Brigid Bruno Callum Carmen Cathal Celeste Cheng Chiara
    Clemens Cormac Dagny Damilola Daria Deepa Dilys Dominik Edda Efua Eilidh Elias Elif Emeka Enid
    Esra Ewan Farah Felicity Femi Finn Florin Freya Gareth Gemma Gideon Greta Gwen Hadiza Halima
    Hanna Harriet Hedda Henrik Hugo Ibrahim Ida Ines Ingrid Iona Isaac Ishaan Ivana Jakub Jamila
    Jarek Jasmin Joris Judith Kaan Kamila Karim Katya Keir Kenji Kerstin Lachlan Laila Leander
    Leonor Levin Linnea Lorcan Ludmila Magnus Maira Malik Marek Margit Marisol Matteo Maud Meera
    Mehmet Milan Mirela Moira Murray Nadia Nasrin Neve Ngozi Niamh Nikola Nora Olu Orla Oskar Padma
    Paloma Pavel Petra Priya Quentin Rafael Ragnhild Ranjit Rhys Roisin Rosa Ruben Sabine Samir Sanne
    Saoirse Selma Shanti Sigrun Silvia Sinead Soraya Stefan Sunniva Tadeusz Tamsin Tariq Thandi Tilda
    Timo Tobias Tove Ulla Uma Vera Viggo Wanda Wesley Wiebke Xenia Yara Yusra Zahra Zoltan""".split()
)
SURNAMES = tuple(
    """Abara Achterberg Adebayo Ainsworth Alvarsson Anand Ashdown Azizi Bakker Balogun Banerjee Barlow
    Bergstrand Bianchi Birch Blackwood Boateng Bodnar Brandvik Braithwaite Brzezina Calloway Cardoso
    Castellan Chaudhry Chowdhury Coldstream Corbett Crowhurst Dahlgren Danjuma Delacroix Demirci
    Devlin Drummond Dunmore Eastwood Ekwueme Eklund Elsworth Engel Fairbairn Falk Farrow Ferrante
    Fitzroy Forsberg Gallagher Garside Ghosh Glendale Gorski Grabowski Greenhalgh Grieve Gupta
    Hadley Halloran Hartnell Hassani Haugland Heathcote Hepworth Herrmann Hollis Horvat Hoxha Ibanez
    Ismailov Iversen Jankowski Jardine Joshi Kaczmarek Kapoor Karlsen Kavanagh Keswick Kimani
    Kirkbride Kovacs Krasniqi Lachmann Langford Larkin Lindgren Lockhart Lombardi Lyngstad MacAskill
    Makinde Marchetti Mbeki Meadows Mensah Merriweather Mistry Moravec Mukherjee Nakamura Nandakumar
    Nilsen Nowakowski Oakshott Oduya Okonjo Olafsen Orchard Osei Owusu Pahlavi Pemberton Petrov
    Pickering Popescu Quigley Radcliffe Rahimi Ramires Rasmussen Redfern Rosenthal Rowntree Rutkowski
    Sandoval Sarpong Schreiber Selby Shackleton Siddiqui Sorensen Stavros Strand Sundqvist Tahiri
    Tanaka Thackeray Thornbury Tremaine Underhill Usman Valdez Vasquez Verhoeven Vickers Wainwright
    Wexford Whitlock Winterbourne Wolff Yardley Yilmaz Zielinski Zimmer""".split()
)

SLOTS: Mapping[str, Sequence[str]] = {
    "colleague": FIRST_NAMES,
    "manager": tuple(
        f"{first} {last}"
        for first, last in zip(FIRST_NAMES[3:60:4], SURNAMES[5:120:8], strict=False)
    ),
    "dept": DEPARTMENTS,
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "floor": ("ground floor", "first floor", "second floor", "third floor"),
    "room": tuple(
        f"{name}"
        for name in (
            *("room 0.12", "room 1.04", "room 1.31", "room 2.08", "room 2.17", "room 3.02"),
            *("room 3.20", "the Estuary", "the Harbour room", "the Lighthouse", "the Weir"),
            *("the boathouse", "the training room", "hall 2", "hall 4", "the canteen annexe"),
        )
    ),
    "ext": tuple(str(number) for number in range(2103, 2998, 37)),
    "tag": tuple(f"BW-{number}" for number in range(10417, 13999, 83)),
    "clock": ("8:40", "9:15", "9:50", "10:20", "11:05", "13:30", "14:10", "15:00"),
}
"""What any text may name; a family may have its own."""

REQUESTER_MOODS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "friendly": (
        ("Hello,", "Hi,", "Good morning,", "Hi there,", "Hello everybody,"),
        (
            "Thank you for having a look.",
            "Thanks in advance, and no panic.",
            "Thank you, you usually know at once.",
            "Many thanks.",
            "Best wishes from {home}.",
        ),
    ),
    "brief": (("",), ("",)),
    "worried": (
        ("Hello,", "Hello help desk,"),
        (
            "I hope I haven’t broken anything.",
            "Did I do something wrong?",
            "I’m a bit lost, to be honest.",
            "I’d rather not touch anything before I hear from you.",
        ),
    ),
    "annoyed": (
        ("Hello,", "", "Good day,"),
        (
            "This isn’t the first time.",
            "I’ve lost half a morning with this.",
            "I’d be glad if it could stay solved this time.",
            "It’s hard to explain to customers.",
        ),
    ),
    "formal": (
        ("Dear colleagues,", "Dear help desk,", "Good day,"),
        ("Kind regards", "With kind regards", "Thank you for your help. Kind regards"),
    ),
    "chatty": (
        (
            "Hi, it’s me again.",
            "Hello, and sorry for another one.",
            "Good morning, hope you’re all well.",
        ),
        (
            "I’m at my desk all day, apart from lunch, and the stairs.",
            "{neighbour} says one should switch it off and on. I did. It felt good, but it didn’t help.",
            "If you come by, there’s cake in {home} today.",
            "It worked on Friday, I’m nearly sure of that.",
        ),
    ),
}
MOOD_WEIGHTS = (30, 28, 10, 10, 12, 10)

CALM = "friendly"
"""The mood in which the worried and the annoyed ask for something that is not broken."""
FOR_FAULTS = ("worried", "annoyed")


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a requester says as time goes by. ``second_look`` is the help desk's word on it."""

    postscripts: Sequence[str]
    thanks: Sequence[str]
    never_mind: Sequence[str]
    any_news: Sequence[str]
    escalations: Sequence[str]
    back_again: Sequence[str]
    second_look: Sequence[str]


_NEWS = (
    "Is there any news on this?",
    "Could somebody give me an idea when this will be looked at?",
    "I don’t want to push, but I’m rather stuck.",
    "Any news? I’m out from {day} on.",
)
_PRESSED = (
    "I’ve been waiting for days and can’t do my work.",
    "A customer is waiting for this. Could somebody look at it today?",
    "This has been passed around. Please have another look.",
    "{manager} asks when it will be solved.",
)
_THANKS = (
    "Perfect, thank you very much.",
    "Great, all good now.",
    "Wonderful, thank you!",
    "Thank you, I’d never have found that.",
    "Yes, that was it. Thank you.",
)
OF_FAULTS = Phrases(
    postscripts=(
        "PS: a restart didn’t help, I’ve just tried.",
        "PS: {neighbour} has it too.",
        "One more thing: it began on {day}.",
        "I forgot to say: I’m on extension {ext} today.",
        "Later: it happens on the other computer as well.",
    ),
    thanks=(
        *_THANKS,
        "That works, thank you.",
        "It works again. Thanks for being so quick.",
        "Works. Thanks.",
        "Tried it twice, fine both times. Many thanks.",
    ),
    never_mind=(
        "It works again by itself. Sorry for the noise.",
        "Found it, and it was me. You can close this.",
        "{neighbour} has shown me. Never mind, and thank you.",
        "I restarted once more and now it’s fine.",
    ),
    any_news=(
        *_NEWS,
        "Just asking how it stands. It’s still the same here.",
        "Still not working. I’ve told {manager} that it’s with you.",
    ),
    escalations=(*_PRESSED, "The answer didn’t help and it is still broken."),
    back_again=(
        "Sorry to come back: it’s the same again since this morning.",
        "It worked for two days. Now it’s back.",
        "I was too quick with my thanks, it happened again.",
        "Unfortunately not solved: same thing today.",
        "Back again, exactly as before.",
    ),
    second_look=(
        "Thank you for coming back to us. That wasn’t all of it.",
        "I’m sorry that it came back. I’ve had a closer look.",
        "You were right, there was a second cause.",
        "Sorry about that. This time I stayed until I’d seen it work.",
    ),
)
OF_WISHES = Phrases(
    postscripts=(
        "PS: {neighbour} asks for the same.",
        "One more thing: before {day} would be best.",
        "I forgot to say: I’m on extension {ext} today.",
        "Later: {manager} agrees, I’ve just asked.",
    ),
    thanks=(*_THANKS, "That’s all I needed. Thanks.", "Thank you for being so quick."),
    never_mind=(
        "{neighbour} has shown me. Never mind, and thank you.",
        "This has settled itself. You can close it.",
        "I’ve found it on the intranet, sorry for the noise.",
    ),
    any_news=(*_NEWS, "Just asking how it stands."),
    escalations=_PRESSED,
    back_again=(
        "Sorry to come back: that’s not quite what I meant.",
        "Almost. Could you have another look?",
        "Thank you, but it has to be before {day}, and it isn’t there yet.",
    ),
    second_look=(
        "You’re right, I had read it too quickly.",
        "Thank you for coming back to us.",
        "Sorry, once more and properly:",
    ),
)
NEIGHBOURS_SAY = (
    "I have the same on my side, in case that helps.",
    "I sit across from {person} and can try things when {person} is out.",
    "Thank you for copying me in. Nothing to add from me.",
    "From what I saw, it began on {day}.",
    "{person} is off today. You can ring me instead, extension {ext}.",
)
"""What somebody says who was copied in."""
COPIED_IN = (
    "I’ve copied {neighbour} in, who knows about this too.",
    "{neighbour} reads along, for the days on which I’m out.",
)
WITH_A_FILE = {
    "screen": (
        "I’ve attached what it looks like.",
        "A screenshot is attached.",
        "Picture attached.",
    ),
    "page": ("I’ve attached a photo.", "A photo of it is attached."),
    "log": ("The log is attached.", "I’ve attached what the program wrote."),
    "table": ("The list is attached.", "The table is attached."),
}
SHOW_ME = (
    "Could you send me a picture of what you see?",
    "A screenshot of the message would help me, with the whole window on it.",
)
SHOWN = ("Here it is.", "Attached.", "Here you are, taken just now.", "I hope one can read it.")
SEE_FILE = {
    "screen": (
        "I’ve attached what it should look like.",
        "A picture is attached, in case I lost you.",
    ),
    "table": ("The table is attached.", "Attached, as a CSV that any program opens."),
}
OTHER_TEAM = (
    "Not ours, I think: this is for {team}.",
    "{team} will know. Over to them.",
    "Looked at it, and it belongs to {team}.",
)
LATER = (
    "This is about what I wrote some weeks ago: it has started again.",
    "The ticket was closed, but here it is again.",
    "Following up on the old ticket, since the same thing happens again.",
    "It was fine for weeks. Since {day} it’s back.",
)

STAFF_GREETINGS = ("Hi {first},", "Hello {first},", "Dear {first},", "{first},")
FIRST_ANSWERS = (
    "Thank you for the description, that helps. I’ll look at it and come back to you today.",
    "I’ve got this. Give me an hour or two.",
    "Thanks for telling us. I’m looking into it now.",
    "Sorry about that. I’ll see what I can find out and write again.",
    "I can see it here as well, so it isn’t you. More soon.",
    "It’s on my list for today, after the meeting at ten.",
)
STILL_ON_IT = (
    "It’s not forgotten: I’m waiting for a call back and write as soon as I know more.",
    "You’re right to ask. It took longer than I thought, I’m on it again now.",
    "Sorry for the silence. I’ve asked a colleague to look with me this afternoon.",
    "It’s next on my list.",
)
REMINDERS = (
    "Have you had a chance to try it? If I don’t hear from you I’ll close this on Friday; you can always reply.",
    "Just a reminder: I need your answer to go on.",
    "Is this still of interest? A short yes or no is enough.",
)
NO_ANSWER = (
    "I’ve heard nothing since, so I take it that it’s solved. A reply opens the ticket again.",
    "I’ll close this for now. If it’s still there, just reply and we go on where we stopped.",
)
PARKED = (
    "This needs more than an hour, so I’ve put it on our list of larger things. It isn’t lost.",
    "There’s a project for that from spring on. I’ll keep the ticket until then.",
    "We can’t change this before the next release. I’ll come back to you when it’s there.",
    "Not this month, to be honest. If it begins to hurt, say so and it moves up.",
)
PICKED_UP = (
    "Off the list of larger things, at last.",
    "Time for this one now.",
    "The release that this waited for is in.",
)
TRY_IT = (
    "Could you try it now and tell me?",
    "Please have a look whether it works for you too.",
    "I’ll keep this open until you’ve tried it.",
)
HANDOVERS = (
    "Could you take this one? You know the {home} people best.",
    "Tried the usual things. Over to you.",
    "I’m off from tomorrow, all that I know is in the ticket.",
    "Rang them, nobody there. Will try again after lunch.",
    "Looks like the one from last month.",
    "Talked to {manager}: not urgent, but don’t let it lie.",
)
KNOWN_NOW = (
    "Thank you for telling us, you were the first. It’s marked as a known problem now, so that the others can follow it too. What is new about it stands there.",
    "You’re not the only one. I’ve marked your ticket as a known problem: everybody can read what is new, and say that they have it too.",
)
JUNK = (
    ("test", "test"),
    ("Test, please ignore", "Only trying whether this works."),
    ("asdf", "asdf asdf"),
    ("Cheese sandwich, no onions", "And an apple juice. Thank you, see you at half past twelve."),
    (
        "FW: FW: FW: You have won a voucher",
        "Forward this to ten colleagues and yours will be doubled!",
    ),
    (
        "Out of office",
        "I am out of the office until {day}. In urgent cases please turn to {neighbour}.",
    ),
    (
        "Birthday present for {colleague}",
        "Who chips in for {colleague}? The envelope is in my drawer. Don’t tell!",
    ),
    ("Lunch {day}?", "Italian or the canteen? I’d say Italian."),
    ("Is this the search box", "printer manual"),
    ("Wrong window, sorry", "This was meant for {neighbour}."),
)
"""What gets filed and is no ticket: a title and its text."""
BACK_FROM_TRASH = (
    "I had thrown this away by mistake, sorry. It’s with the other one now, so I can close it.",
    "Out of the trash again. If there’s more to it than I can see, please write what.",
    "Sorry, that went to the trash too quickly. I’ve passed it on to whom it was meant for.",
)
HOW_LONG = (
    "We expect it to take until {until}.",
    "It will be {until} until everything works again, as far as we can tell.",
)
PART_OF_OUTAGE = (
    "That’s part of a larger problem that we know about (ticket {main}). We’re on it, and you’ll hear when it’s over.",
    "You’re not alone: it’s ticket {main}, and it has our full attention.",
    "Thanks for telling us. Everything about it goes into ticket {main}, so I’ll close this one.",
    "It should work again: the cause was the one in ticket {main}.",
)
