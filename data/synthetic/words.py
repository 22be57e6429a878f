"""Word lists: made-up people, streets and posts. No real person, address or post is in them."""

from __future__ import annotations

import random
from typing import Final

FIRST_NAMES: Final = [
    "Amberlyn",
    "Bastian",
    "Corvina",
    "Dellwin",
    "Evander",
    "Fennimore",
    "Galenka",
    "Hollister",
    "Isolda",
    "Jorvik",
    "Kestrel",
    "Lindrew",
    "Marla",
    "Nevis",
    "Orlena",
    "Peregrine",
    "Quillan",
    "Rosamund",
    "Sorrel",
    "Thaddea",
    "Ulric",
    "Vesper",
    "Wendell",
    "Xanthe",
    "Yarrow",
    "Zephine",
    "Brisa",
    "Calder",
    "Dovie",
    "Ellard",
]
LAST_NAMES: Final = [
    "Appleyarrow",
    "Birchwhistle",
    "Cobbleford",
    "Dunmarrow",
    "Eastquill",
    "Fernhollow",
    "Greymantle",
    "Hazelbrook",
    "Inkpenny",
    "Juniperson",
    "Kettlewind",
    "Larkspire",
    "Mossbeck",
    "Nettlefold",
    "Oakenshade",
    "Pinderwick",
    "Quillfeather",
    "Rushmere",
    "Silverthwaite",
    "Tansywell",
    "Underleaf",
    "Vinterhale",
    "Willowmarch",
    "Yewbarrow",
    "Zinnerby",
    "Ashcombely",
    "Brackenrow",
    "Cloverdock",
    "Driftwell",
    "Elmsworthy",
]
STREETS: Final = [
    "Foxglove Ln",
    "Marble Orchard Rd",
    "Tin Whistle Ave",
    "Copperleaf St",
    "Old Lantern Way",
    "Saltbox Ct",
    "Gooseberry Blvd",
    "Thimble St",
    "Harrowgate Pl",
    "Windchime Dr",
    "Persimmon Row",
    "Ferry Bell Rd",
    "Kingfisher Alley",
    "Quarry Moon St",
    "Bluebottle Ave",
    "Paper Mill Ln",
]
SPOTS: Final = [
    "driveway",
    "front porch",
    "back gate",
    "garage",
    "side yard",
    "mailbox",
    "carport",
    "alley",
    "parking lot of the Gilded Spoon",
    "laundry room",
    "bike rack",
    "community garden",
]

CRIME_TITLES: Final = [
    "Package stolen from {place}",
    "Car break in on {street}",
    "Catalytic converter gone",
    "Two people checking car doors",
    "Attempted burglary near {street}",
    "Bike taken from {place}",
    "Mail theft on {street}",
    "Someone tried my front door",
    "Stolen truck, white, last seen {street}",
    "Prowler in the {place}",
    "Window smashed on {street}",
    "Porch pirate caught on camera",
    "Tools stolen out of {place}",
    "Vandalism at the {place}",
    "Hit and run on {street}",
    "Man looking into cars",
    "Garage broken into",
    "License plate stolen",
    "Did anyone see this person?",
    "Robbery at the corner of {street}",
    "Graffiti again on {street}",
    "Trespasser on my roof",
    "Gas siphoned from my van",
    "Keyed car in the {place}",
]
SAFETY_TITLES: Final = [
    "Loud bangs near {street}",
    "Smoke over {street}",
    "Downed power line on {street}",
    "Coyote in the {place}",
    "Strong smell of gas by the {place}",
    "Water main broken",
    "Street lights out on {street}",
    "Helicopter circling",
    "Lost dog near {street}",
    "Fire engines on {street}",
    "Speeding cars on {street}",
    "Fallen tree blocks {street}",
]
SENTENCES: Final = [
    "It happened between {hour} and {hour2} last night.",
    "The camera caught most of it.",
    "Please check your footage.",
    "A report was filed online.",
    "He wore a grey hood and carried a blue bag.",
    "She drove off in an older sedan towards {street}.",
    "Nobody was hurt.",
    "This is the third time this month on {street}.",
    "Lock your cars, neighbors!",
    "They ran when the light at the {place} came on.",
    "My neighbor saw the same two people at {hour}.",
    "The dog barked but I thought nothing of it.",
    "If this is your bike, tell me the color and it is yours.",
    "No plates on the vehicle.",
    "Everything was thrown around the {place}.",
    "I have a clear picture of the face.",
    "Be careful out there.",
    "Officers came by around {hour} and took notes.",
    "They left a screwdriver behind.",
]

# What residents really type: each of these has broken a scraper or a comparison somewhere.
ODD_TITLES: Final = (
    "RE: car break in on Thimble St",
    "FW: please read",
    "Package gone \N{POLICE CARS REVOLVING LIGHT}\N{PACKAGE}",
    'He said "hi" and ran',
    "Gate <b>open</b> & 2 < 3 cameras off",
    "Theft @ Harrowgate Pl #2 (again?!)",
    "May 3, 2021",
    "Stolen on January 5, 2021",
    "Robo en la cafeter\u00eda, ma\u00f1ana",
    "Fa\u00e7ade \u00e9clat\u00e9e pr\u00e8s du caf\u00e9",
    "\N{WOMAN}\N{EMOJI MODIFIER FITZPATRICK TYPE-5}\u200d\N{ROCKET} seen running \u2764\ufe0f",
    "'Suspicious' \u2013 or not\u2026 \u201cyou decide\u201d",
    "&amp; they came back",
    "$500 REWARD!!! 100% serious \\ no joke",
    "Post Titled: something else",
    "\u0416\u0435\u043b\u0442\u0430\u044f \u043c\u0430\u0448\u0438\u043d\u0430 \u2014 \u30d0\u30a4\u30af",
)
ODD_DESCRIPTIONS: Final = (
    (
        "\N{POLICE CARS REVOLVING LIGHT} Watch out \N{EYES}",
        "See https://example.org/clip?id=7&t=3s for the video.",
    ),
    ("if (a < b && c > d) the light comes on.", 'He said: "nice <porch>".', "\u2014 your neighbor"),
    ("Vi a dos j\u00f3venes en el callej\u00f3n.", "Llam\u00e9 a la polic\u00eda; vendr\u00e1n ma\u00f1ana."),
    ("1. lock the gate", "2. light on", "- 3. call 555-0100", "* thanks"),
    ("RE: the above, see July 4, 2021.", "Seen again on July 6, 2021"),
    ("D\u00e9j\u00e0 vu: z\u00ebbra-striped cr\u00e8me car, \u00a320 note dropped, caf\u00e9 side.",),
)

TIPS: Final = [
    "Keep porch lights on at night",
    "Do not leave keys in the car",
    "Bring packages in early",
    "Know your block captain",
    "Number your house so that it can be read",
]
UNCLASSIFIED: Final = [
    "Lunch with {name} on Friday?",
    "Your monthly summary is ready",
    "{name} invited you to a neighborhood meeting",
    "Roll call moved to {hour}",
    "Out of office: {name}",
    "Question about case {number}",
    "Neighbors App: what is new in {month}",
    "re-send please, {name}",
    "Crime alert (weekly digest)",
    "Reset your password",
]


def fill(rng: random.Random, pattern: str) -> str:
    """A text whose gaps are filled from the word lists.

    Args:
        rng: Decides the words. Every gap draws a word, whether the pattern has it or not, so that a change of
            one pattern does not change the texts after it; a pattern without a gap draws none.
        pattern: Text with gaps in braces, such as ``{street}``.

    Example:
        >>> fill(random.Random(1), "no gap")
        'no gap'
    """
    if "{" not in pattern:
        return pattern
    return pattern.format(
        place=rng.choice(SPOTS),
        street=rng.choice(STREETS),
        hour=f"{rng.randrange(1, 13)}:{rng.randrange(60):02d} am",
        hour2=f"{rng.randrange(1, 13)}:{rng.randrange(60):02d} pm",
        name=f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
        number=f"{rng.randrange(10**6):06d}",
        month=rng.choice(("January", "April", "July", "October")),
    )
