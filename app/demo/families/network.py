"""Cables, radio and the way in from home."""

from app.demo.family import Family

CATEGORY = "Network"

FAMILIES = (
    Family(
        name="vpn",
        category=CATEGORY,
        weight=1.8,
        minutes=70,
        urgency=(0, 5, 5),
        tags=("vpn", "home-office"),
        titles=(
            "VPN drops every {minutes} minutes at home",
            "No VPN from the hotel",
            "VPN connected, but the shared drive isn’t there",
            "VPN says “certificate expired”",
            "Can’t get in from home today",
        ),
        threads=("0/2/01/", "1/0/0/", "2/3//", "3/1//", "3/1//"),
        openings=(
            "At home the VPN drops every {minutes} minutes. Other things in the browser go on working meanwhile.",
            "I’m in a hotel near {town} and the VPN doesn’t connect. The web works.",
            "The VPN says connected, but the shared drive and Ledgerline aren’t reachable.",
            "Since this morning the VPN tells me that a certificate has expired, and that I should ask you.",
        ),
        details=(
            "Last week it was fine.",
            "With the phone as a hotspot it’s the same.",
            "I have to show something at two.",
        ),
        asks=(
            (
                "Could you try with your phone as a hotspot? Then we know whether it’s your line.",
                (
                    "With the hotspot it holds.",
                    "Same with the hotspot.",
                ),
            ),
            (
                "Does the laptop sit on the cable or on wireless at home?",
                (
                    "Wireless, two rooms away from the box.",
                    "On the cable.",
                    "I tried both, no difference.",
                ),
            ),
        ),
        fixes=(
            "Hotels like to block it. I’ve switched you to the second way in, which looks like normal web traffic.",
            "Your certificate is renewed. Connect once in the office or by the link that I sent to your phone.",
            "The new box of your provider sleeps when it thinks nobody looks. With “energy saving” off it stays up.",
            "The client was two versions behind. It’s updated, and I’ve watched it hold for an hour.",
        ),
        notes=(
            "Same provider as the others who drop.",
            "Cert ran out last night, renewal job had failed.",
        ),
        slots={
            "minutes": ("five", "ten", "fifteen", "twenty"),
            "town": ("the coast", "the airport", "the fair", "Lisbon", "the plant"),
        },
    ),
    Family(
        name="wireless",
        category=CATEGORY,
        weight=1.4,
        minutes=240,
        tags=("wifi",),
        titles=(
            "Wi-Fi drops in {room}",
            "No wireless in the {place}",
            "Guest Wi-Fi: the voucher doesn’t work",
            "Wi-Fi very slow after lunch",
            "Scanner loses the wireless in aisle {n}",
        ),
        threads=("0/0/0/", "1/1//0", "2/2//", "4/0/0/", "3/3//"),
        openings=(
            "In {room} the wireless goes away every few minutes, for everybody at the table.",
            "There is no wireless at all in the {place} since the rebuild.",
            "Our visitors can’t get into the guest network, it says the voucher is invalid.",
            "The hand scanner loses the network in aisle {n}, always at the same shelf.",
            "After lunch the wireless in {room} becomes so slow that pages load line by line.",
        ),
        asks=(
            (
                "How many of you are in there when it happens, and is the door shut?",
                ("About twenty, door shut.", "Six. Open.", "Also when I’m alone."),
            ),
        ),
        holds=(
            (
                "That spot needs another transmitter; Facilities have to pull a cable first, planned for {day}.",
                "The cable is in.",
            ),
        ),
        fixes=(
            "The transmitter above {room} was on the same channel as the one next door. They’ve made peace.",
            "A new transmitter hangs in the {place}. You should have full bars now.",
            "Vouchers run out at midnight, also the ones made five minutes before. Here is a batch that lasts the week.",
            "Metal shelves. The antenna in aisle {n} now looks along them rather than at them.",
        ),
        notes=("Channel 6 crowded, moved to 11.", "Survey done, two dead spots."),
        slots={
            "place": ("canteen", "archive", "workshop", "cold store", "north stairs"),
            "n": ("2", "4", "9", "12", "17"),
        },
    ),
    Family(
        name="socket",
        category=CATEGORY,
        weight=0.8,
        minutes=120,
        tags=("cabling",),
        titles=(
            "Network socket {socket} is dead",
            "New desk in {room} without network",
            "Moved desks, now no connection",
            "Socket {socket}: very slow",
        ),
        threads=("0/01/0/", "0/0/0/", "1/2//", "2/1/0/"),
        openings=(
            "Socket {socket} in {room} gives no connection. The one beside it works but is taken.",
            "We moved four desks on {day} and two of them have no network now.",
            "On socket {socket} everything crawls. On wireless I’m faster.",
        ),
        asks=(
            (
                "Does a little light come on where the cable goes into the laptop or the dock?",
                ("No light.", "Orange, not green."),
            ),
        ),
        fixes=(
            "{socket} wasn’t patched. It is now, give it a minute.",
            "The cable had been under a chair leg for a while. New one, full speed.",
            "All four desks are connected; I’ve put the numbers on the plan.",
        ),
        notes=("Patched on panel C, port {ext}.", "Switch port ran at 10 Mbit."),
        slots={"socket": ("2.14-A", "1.07-B", "3.21-C", "0.33-A", "2.40-D", "1.18-A")},
    ),
    Family(
        name="drive slow",
        category=CATEGORY,
        weight=0.9,
        minutes=180,
        tags=("files", "performance"),
        titles=(
            "Shared drive is slow in {town}",
            "Opening a folder takes a minute",
            "Drive letter {letter} has gone",
            "“The network path was not found”",
        ),
        threads=("0/0/0/", "0/0/0/", "1/1//", "2/2//"),
        openings=(
            "Opening a folder on the shared drive takes a minute, saving takes longer. We’re in the {town} office.",
            "Drive {letter} has disappeared from my list. It was there yesterday.",
            "A message says that the network path was not found when I open last year’s drawings.",
        ),
        asks=(
            (
                "Is it every folder, or the ones with thousands of files?",
                ("Mostly the big ones.", "Everything, even an empty one."),
            ),
        ),
        fixes=(
            "The line to {town} was full of a backup that should run at night. It does again.",
            "{letter} is back. It had been tied to the old server’s name.",
            "Last year’s drawings have moved to the archive, and the shortcut now knows that.",
        ),
        notes=("Backup window was moved by mistake.",),
        slots={
            "town": ("Lisbon", "Gdansk", "Trondheim", "Cork"),
            "letter": ("K", "M", "P", "S", "T"),
        },
    ),
)
