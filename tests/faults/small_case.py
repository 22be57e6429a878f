"""A small investigation in which every kind of input is there once, as small as it can be."""

import json
from pathlib import Path

from data.synthetic.mail.box import mailbox

CITY = "Small city, California"
TRACTS = [f"06037{number:06d}" for number in range(100, 112)]

INPUTS = {
    "mailbox": "records/pd/box.pst",
    "agency.toml": "records/own/agency.toml",
    "investigation.toml": "investigation.toml",
    "subjects": "subjects.csv",
    "requests": "requests.csv",
    "posts": "posts/posts.csv",
    "crime": "crime/small/crime.csv",
    "acs": "census/acs.csv",
    "city list": "census/city_tracts.csv",
    "layer": "census/tracts.geojson",
    "gentrification": "census/gentrification.csv",
    "atlas": "atlas/atlas.csv",
}
"""Every input, and where it is in the folder."""

PART_OF = {
    "mailbox": "mail",
    "agency.toml": "mail",
    "investigation.toml": "mail",
    "subjects": "mail",
    "requests": "requests",
    "posts": "posts",
    "crime": "crime",
    "acs": "posts",
    "city list": "posts",
    "layer": "posts",
    "gentrification": "gentrification",
    "atlas": "selection",
}
"""The part of a run that reads it."""

_SETTINGS = f"""name = "small"

[agencies.pd]
name = "Small Police Department"
city = "{CITY}"
timezone = "America/Los_Angeles"

[posts]
year = 2019

[crime.small]
city = "{CITY}"
year = 2019
types = ["BURGLARY"]
"""

_AGENCY = 'name = "Own Police Department"\ntimezone = "America/Los_Angeles"\n'


def make(folder: Path) -> Path:
    """Write the investigation.

    Args:
        folder: A new folder.

    Returns:
        The folder.
    """
    for name in INPUTS.values():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / INPUTS["investigation.toml"]).write_text(_SETTINGS)
    (folder / INPUTS["agency.toml"]).write_text(_AGENCY)
    for number, name in enumerate((INPUTS["mailbox"], "records/own/box.pst")):
        mailbox(folder / name, 5, seed=number)
    for name, rows in _tables().items():
        (folder / INPUTS[name]).write_text("\n".join(rows) + "\n")
    (folder / INPUTS["layer"]).write_text(json.dumps(_layer()))
    return folder


def _corner(number: int) -> tuple[float, float]:
    return -118.5 + number % 4 * 0.1, 34.0 + number // 4 * 0.1


def _layer() -> dict[str, object]:
    features = []
    for number, tract in enumerate(TRACTS):
        west, south = _corner(number)
        ring = [[west + x, south + y] for x, y in ((0, 0), (0.1, 0), (0.1, 0.1), (0, 0.1), (0, 0))]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"GEOID": tract}, "geometry": shape})
    return {"type": "FeatureCollection", "features": features}


def _tables() -> dict[str, list[str]]:
    places = [(number, *_corner(number)) for number in range(len(TRACTS))]
    many = [(index, *places[index % 12]) for index in range(60)]
    measures = ("total_population", "total_population_25_over", "educational_attainment", "median_income")
    columns = [f"{name}_{year}" for year in ("00", "19") for name in (*measures, "median_home_value")]
    counts = "1000,600,200,40000,100000"
    return {
        "subjects": ["pattern,match,kind,template,note", "Our daily report,exact,other,,"],
        "requests": [
            "agency,sent,status,received,records",
            "Small Police Department,2022-01-03,fulfilled,2022-02-03,pd",
        ],
        "posts": [
            "id,created_at,latitude,longitude,user_id,title",
            *(
                f"{900 + index},2019-05-04T12:00:00Z,{y + 0.05:.4f},{x + 0.05:.4f},7,Title {index}"
                for index, _, x, y in many
            ),
        ],
        "crime": [
            "DR_NO,DATE OCC,Crm Cd Desc,LAT,LON",
            *(
                f"{index},03/0{index % 9 + 1}/2019 12:00:00 AM,BURGLARY,{y + 0.05:.4f},{x + 0.05:.4f}"
                for index, _, x, y in many
            ),
        ],
        "acs": [
            "GEOID,B01003_001E,B19013_001E",
            *(f"{tract},{2000 + number},{30000 + 1000 * number}" for number, tract in enumerate(TRACTS)),
        ],
        "city list": ["city,GEOID", *(f'"{CITY}",{tract}' for tract in TRACTS)],
        "gentrification": [
            ",".join(["GEOID", "metro_area", "city", *columns]),
            *(f'{tract},"Small, CA","{CITY}",{counts},{counts}' for tract in TRACTS),
        ],
        "atlas": [
            "AOSNUMBER,City,County,State,Agency,Type of LEA,Type of Juris,Technology,Vendor",
            "AOS1,Small,Small County,CA,Small Police Department,Police,Municipal,"
            "Ring/Neighbors Partnership,Amazon",
            "AOS2,Small,Small County,CA,Small Police Department,Police,Municipal,Drones,DJI",
        ],
    }
