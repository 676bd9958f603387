"""What stops many people at once."""

from app.demo.family import Outage

_NO_HURRY = "Here too."

FAMILIES = (
    Outage(
        name="mail down",
        category="Software",
        tags=("mail", "outage"),
        minutes=160,
        titles=(
            "Mail is down for the whole {floor}",
            "No mail in or out since {clock}",
            "Mail server doesn’t answer",
        ),
        openings=(
            "Since {clock} nobody on the {floor} can send or receive mail. The program says that it tries to connect.",
            "No mail has come in since {clock}, and what I send stays in the outbox. It’s the same for everybody around me.",
        ),
        summaries=(
            "Mail neither arrives nor leaves since {clock}. We’re working on it. Nothing is lost; what you send now goes out later.",
            "No mail in or out since {clock}, for the whole company. Please leave what is in your outbox where it is.",
        ),
        updates=(
            "We see it too: the mail servers don’t reach their disks. Two of us are on it. Nothing is lost, it arrives later.",
            "One of two servers is back. Mail comes in slowly, sending takes a while.",
        ),
        over="Mail works again. The mail servers had lost their disks from {clock} on; what was held back has been delivered.",
        fixes=(
            "Mail flows again. What was held back is being delivered in order, give it half an hour.",
        ),
        notes=(
            "Storage controller failed over and stayed there.",
            "Provider’s case {tag}. Next call in 30 minutes.",
            "Status page updated.",
        ),
        echo_titles=(
            "Is mail down?",
            "Can’t send mails",
            "My mail doesn’t load",
            "Mail: “trying to connect”",
            "Nothing in my inbox today?",
            "Outbox full of unsent mails",
            "E-mail not working in {dept}",
        ),
        echo_openings=(
            "Mail stopped working a while ago. Is it me or is it everybody?",
            "My mails stay in the outbox since about {clock}.",
            "We can’t reach customers in {dept}, mail is dead.",
            "The mail program asks for a connection over and over.",
        ),
        comments=(
            _NO_HURRY,
            "Same in {dept}.",
            "I have an offer that must go out at noon.",
            "Phone too, not only the laptop.",
            "Since {clock} at least.",
        ),
    ),
    Outage(
        name="wireless outage",
        category="Network",
        tags=("wifi", "outage"),
        minutes=120,
        titles=(
            "No Wi-Fi on the {floor}",
            "Wireless gone in the whole building",
            "Wi-Fi asks for a password and refuses it",
        ),
        openings=(
            "The wireless on the {floor} disappeared at {clock}. Cable works.",
            "All of us were thrown out of the wireless at {clock}, and it refuses everybody’s password since.",
        ),
        summaries=(
            "The wireless is out on all floors since {clock}. Cables work. Hand scanners and visitors are affected too.",
        ),
        updates=(
            "The controller that knows all transmitters has stopped. We’re restarting it, which takes twenty minutes.",
        ),
        over="The wireless works again on all floors. The controller had stopped at {clock}. If yours doesn’t connect, switch it off and on once.",
        fixes=("The wireless is back on all floors. If yours isn’t, switch it off and on once.",),
        notes=(
            "Certificate of the controller expired. Calendar entry made for next year.",
            "Controller B took over late.",
        ),
        echo_titles=(
            "Wi-Fi gone",
            "No wireless in {room}",
            "Can’t connect to Wi-Fi",
            "Laptop says “no internet”",
            "Scanner lost its network",
        ),
        echo_openings=(
            "No wireless in {room} since {clock}.",
            "My laptop says there is no internet. On the phone’s own network it works.",
            "The hand scanners don’t connect, so nothing leaves the warehouse.",
        ),
        comments=(
            _NO_HURRY,
            "Warehouse too.",
            "Only cable works.",
            "Our visitors as well.",
            "{dept} is on phones.",
        ),
    ),
    Outage(
        name="ledger down",
        category="Software",
        tags=("ledgerline", "outage"),
        minutes=220,
        titles=(
            "Ledgerline doesn’t start for anybody",
            "Ledgerline: “no connection to the database”",
            "Ledgerline frozen in all departments",
        ),
        openings=(
            "Ledgerline says that it has no connection to the database, for all of us in {dept}, since {clock}.",
            "Ledgerline froze at {clock}. Restarting it brings only the start picture.",
        ),
        summaries=(
            "Ledgerline doesn’t open for anybody since {clock}. Orders can’t be entered, delivery notes can’t be printed. Please don’t restart it over and over.",
        ),
        updates=(
            "The database is full, of all things. We’re making room; please don’t restart Ledgerline meanwhile.",
            "Reading works again, saving doesn’t yet.",
        ),
        over="Ledgerline works again, saving included. Please check the last order that you saved before {clock}.",
        fixes=(
            "Ledgerline works again, saving included. Please look at the last order you saved before {clock} and tell us if it is incomplete.",
        ),
        notes=(
            "Log volume 100 %. Alarm was sent to somebody who left.",
            "Vendor says: known, update in spring.",
        ),
        echo_titles=(
            "Ledgerline down?",
            "Can’t open Ledgerline",
            "Orders can’t be saved",
            "Ledgerline shows only the start picture",
            "No delivery notes possible",
        ),
        echo_openings=(
            "Ledgerline doesn’t open since {clock}.",
            "I can’t save orders. It says no connection.",
            "Two lorries are waiting and we can’t print delivery notes.",
        ),
        comments=(
            _NO_HURRY,
            "Lorries are waiting.",
            "Month’s end, of all days.",
            "Whole of {dept}.",
            "It let me read but not save.",
        ),
    ),
    Outage(
        name="power",
        category="Network",
        tags=("outage", "plant"),
        minutes=90,
        titles=(
            "Half of the plant without network",
            "Power cut in the west wing",
            "Phones and network gone in the west wing",
        ),
        openings=(
            "Power went at {clock} in the west wing. Light is back, network and phones aren’t.",
            "Half of the plant has no network since the lights flickered at {clock}.",
        ),
        summaries=(
            "The west wing has no network and no phones since a power cut at {clock}. Other parts of the plant are fine.",
        ),
        updates=("The switch cabinet in the west wing tripped. An electrician is on the way.",),
        over="Network and phones are back in the west wing after the power cut at {clock}. Printers that sulk: off and on once.",
        fixes=(
            "Network and phones are back in the west wing. Printers that sulk: off and on once.",
        ),
        notes=("Battery in the cabinet is four years old. Order two.",),
        echo_titles=(
            "No network in the west wing",
            "Phone dead, laptop offline",
            "Test benches offline",
            "Label printers offline",
        ),
        echo_openings=(
            "No network and no phone since the lights flickered.",
            "All benches are offline since {clock}.",
            "Label printers at all gates are offline.",
        ),
        comments=(_NO_HURRY, "Benches too.", "Phones as well.", "Gate 2 and 3."),
    ),
    Outage(
        name="vpn outage",
        category="Network",
        tags=("vpn", "outage"),
        minutes=140,
        titles=("Nobody can work from home today", "VPN doesn’t answer", "VPN: “too many users”"),
        openings=(
            "The VPN doesn’t answer since {clock}. I’ve asked around: nobody at home gets in.",
            "VPN says that there are too many users. There can’t be more than on other days.",
        ),
        summaries=(
            "Nobody can connect from home since {clock}: the VPN doesn’t answer. In the office everything works.",
        ),
        updates=(
            "Yesterday’s update of the gateway wasn’t its best idea. We’re going back to the version before.",
        ),
        over="The VPN works again. Since {clock} it had refused everybody after an update, which we have taken back.",
        fixes=(
            "The gateway is back on the old version and everybody gets in. Thank you for your patience.",
        ),
        notes=("Licence counter resets with the update. Vendor informed.",),
        echo_titles=(
            "VPN not working",
            "Can’t reach anything from home",
            "VPN turns in a circle",
            "Home office: no connection",
        ),
        echo_openings=(
            "From home I can’t connect today, it turns in a circle.",
            "VPN says too many users.",
            "No connection since {clock}. I’m coming in by train.",
        ),
        comments=(
            _NO_HURRY,
            "All of {dept} at home.",
            "Coming in by car then.",
            "I have a customer at eleven.",
        ),
    ),
    Outage(
        name="shares",
        category="Network",
        tags=("files", "outage"),
        minutes=150,
        titles=(
            "Shared drive gone for everybody",
            "All folders of {dept} are empty",
            "Shared, Projects: “network path not found”",
        ),
        openings=(
            "The shared drive disappeared at {clock}. Everybody in {dept} sees a red cross on it.",
            "Since {clock} all folders look empty. I very much hope that they aren’t.",
        ),
        summaries=(
            "The shared drives can’t be reached since {clock}. No file is lost. What is open on your screen: save it on your own computer for now.",
        ),
        updates=(
            "The file server runs, but doesn’t recognise anybody. We’re setting it up with the directory again.",
            "Production and Logistics have their drives back, the others follow within the hour.",
        ),
        over="All shared drives are back, and complete. They had lost touch with the directory at {clock}. If you still see a red cross, sign out and in once.",
        fixes=(
            "All drives are back, with everything on them. Sign out and in once if you see a red cross.",
        ),
        notes=(
            "Machine password had expired. Renewed, and put on the list.",
            "Backup of last night is fine, checked.",
        ),
        echo_titles=(
            "Shared drive missing",
            "My folders are empty!",
            "Can’t open anything under Shared",
            "Red cross on drive S",
            "Templates gone",
        ),
        echo_openings=(
            "Drive S has a red cross since {clock}.",
            "My folders under Shared are empty. Has somebody deleted them?",
            "Every document that I open says “network path not found”.",
        ),
        comments=(
            _NO_HURRY,
            "All of {dept}.",
            "The drawings too.",
            "I have a meeting with these files at three.",
        ),
    ),
    Outage(
        name="phones",
        category="Phones and meetings",
        tags=("phone", "outage"),
        minutes=110,
        titles=(
            "Nobody can ring us from outside",
            "Phones: callers hear nothing",
            "All calls drop after a minute",
        ),
        openings=(
            "Customers tell us by mail that nobody picks up. Our phones in {dept} don’t ring since {clock}.",
            "Since {clock} every call drops after about a minute, inside and outside.",
        ),
        summaries=(
            "Calls from outside don’t reach us, or break off, since {clock}. Calls inside the house work. Please give customers your mobile number if it’s urgent.",
        ),
        updates=(
            "It’s at the provider, who has a fault in the whole town. They speak of two hours.",
        ),
        over="Calls from outside work again. The provider had a fault from {clock} on.",
        fixes=(
            "The provider has mended it, and I’ve been called from three networks to make sure.",
        ),
        notes=("Provider’s case {tag}.", "Ask for a second line again."),
        echo_titles=(
            "Phone doesn’t ring",
            "Calls break off",
            "Customers can’t reach us",
            "Hotline silent, too silent",
        ),
        echo_openings=(
            "My phone hasn’t rung since {clock}, which isn’t normal here.",
            "Every call breaks off. I’ve tried three phones.",
            "A customer writes that our number is “not in use”.",
        ),
        comments=(_NO_HURRY, "Hotline too.", "{dept} can’t be reached.", "Mobile works."),
    ),
)
