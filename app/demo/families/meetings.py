"""Rooms, headsets and telephones."""

from app.demo.family import Family

CATEGORY = "Phones and meetings"

FAMILIES = (
    Family(
        name="headset",
        category=CATEGORY,
        weight=1.3,
        minutes=50,
        tags=("audio", "meeting"),
        titles=(
            "Nobody hears me in video calls",
            "Echo in every meeting",
            "Headset switches itself off",
            "Camera shows a black picture",
            "Microphone works everywhere but in meetings",
        ),
        threads=("0/0/0/", "1/1//", "2/3//", "3/2//", "0/0/0/"),
        openings=(
            "I hear everybody, nobody hears me. With the phone it works.",
            "People say that they hear themselves when I’m in the meeting.",
            "After about twenty minutes my headset says goodbye and switches off.",
            "My camera shows a black rectangle. The little light is on.",
        ),
        asks=(
            (
                "In the meeting, the arrow beside the microphone: which one has the tick?",
                (
                    "“Default”, whatever that is.",
                    "The webcam’s microphone.",
                    "The headset’s. I muted and unmuted it.",
                ),
            ),
        ),
        fixes=(
            "The webcam had pushed itself in front as the microphone. The headset is first again.",
            "Two microphones were open at once, which makes the echo. The laptop’s own is off now.",
            "There’s a slider at the side of the camera. It was closed; don’t worry, it gets everybody once.",
            "It needed new software, and now it stays awake. If not, you get another one.",
        ),
        notes=("Driver 4.2 has this bug.", "Slider. Was very nice about it."),
    ),
    Family(
        name="meeting room",
        category=CATEGORY,
        weight=1.2,
        minutes=60,
        urgency=(0, 4, 6),
        tags=("meeting", "room"),
        titles=(
            "Screen in {room} stays dark, meeting at {hour}",
            "{room}: the remote control is gone",
            "No sound from the big screen in {room}",
            "{room} is booked twice on {day}",
            "Visitors can’t show their slides in {room}",
        ),
        threads=("0/01/0/", "4/4//", "1/1/0/", "2/2//", "3/3//"),
        openings=(
            "We have guests in {room} at {hour} and the screen stays dark.",
            "In {room} the picture is there, the sound comes from nowhere.",
            "{room} is booked twice on {day}: by us and by {dept}, and both have a confirmation.",
            "Our visitors’ laptops aren’t accepted by the system in {room}.",
            "The remote control of {room} is gone, and without it the screen goes on sleeping. The next meeting is at {hour}.",
        ),
        asks=(
            (
                "I’m on my way. Is the little box under the table blinking, and in which colour?",
                ("White.", "It doesn’t blink.", "Red, slowly."),
            ),
        ),
        fixes=(
            "The screen was set to the wrong input by a cleaning cloth, I believe. It switches by itself now.",
            "The box under the table had to be restarted. It does that each night from today.",
            "{dept} moved to the room next door, with thanks. The calendar can’t do that again, I’ve set it to refuse.",
            "There’s a cable with three plugs in the drawer now, one fits everything.",
            "It had gone home in a visitor’s bag. There’s a second one now, on a string.",
        ),
        notes=("Went there, four minutes.", "Box firmware update pending."),
        slots={"hour": ("nine", "ten", "half past ten", "two", "three")},
    ),
    Family(
        name="desk phone",
        category=CATEGORY,
        weight=0.8,
        minutes=150,
        urgency=(4, 5, 1),
        tags=("phone",),
        titles=(
            "Desk phone {ext} rings without sound",
            "Calls to {ext} end up with {colleague}",
            "Extension for a new desk in {room}",
            "Answering machine says I’m on holiday",
            "Hunt group of {dept}: add {colleague}",
        ),
        threads=("0/0//", "1/1//", "4/4//", "2/3//", "3/2//"),
        openings=(
            "My desk phone {ext} blinks when somebody rings, without a sound.",
            "Calls to my number reach {colleague}, who is getting tired of it.",
            "My answering machine tells people I’m away until a day in spring.",
            "{colleague} should be rung together with the rest of {dept}, mornings only.",
            "The new desk in {room} has a phone but no number yet.",
        ),
        fixes=(
            "The ringer was turned down to zero, with the key under the display. It’s loud again.",
            "The diversion from the summer was still on. Your calls are yours again.",
            "{colleague} is in the group from eight to twelve.",
            "New announcement is recorded; ring yourself and listen.",
            "It has {ext} now, and so says the phone list.",
        ),
        notes=("Diversion set from the old phone system.",),
    ),
)
