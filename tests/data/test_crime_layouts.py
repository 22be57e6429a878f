"""The known layouts of crime records."""

from __future__ import annotations

import pytest

from data.crime_layouts import MEANINGS, Layout, layout_of, layouts, plain

HEADERS = {
    "Los Angeles' portal (until 2019)": "DR Number,Date Reported,Date Occurred,Time Occurred,Area ID,"
    "Crime Code,Crime Code Description,Address,Cross Street,Location ",
    "Chicago's portal (the past year)": "CASE#,DATE  OF OCCURRENCE,BLOCK, IUCR, PRIMARY DESCRIPTION,"
    " SECONDARY DESCRIPTION,ARREST,BEAT,X COORDINATE,Y COORDINATE,LATITUDE,LONGITUDE,LOCATION",
    "San Francisco's portal (extract of 2003 to 2015)": "Dates,Category,Descript,DayOfWeek,PdDistrict,"
    "Resolution,Address,X,Y",
    "Minneapolis' portal (since 2019)": "X,Y,Type,Case_Number,Case_NumberAlt,Reported_Date,Occurred_Date,"
    "NIBRS_Crime_Against,NIBRS_Group,NIBRS_Code,Offense_Category,Offense,Latitude,Longitude,wgsXAnon",
    "Buffalo's portal": "Case Number,Incident Datetime,Incident ID,Incident Type Primary,"
    "Incident Description,Parent Incident Type,Location,Latitude,Longitude",
    "Los Angeles' portal": "DR_NO,Date Rptd,DATE OCC,TIME OCC,AREA ,AREA NAME,Rpt Dist No,Part 1-2,Crm Cd,"
                           "Crm Cd Desc,"
    "Mocodes,Status,LOCATION,Cross Street,LAT,LON",
    "Chicago's portal": "ID,Case Number,Date,Block,IUCR,Primary Type,Description,Location Description,"
                        "Arrest,Domestic,"
    "Beat,District,Ward,Community Area,FBI Code,X Coordinate,Y Coordinate,Year,Updated On,Latitude,"
    "Longitude,Location",
    "New York's portal (NYPD complaints)": "CMPLNT_NUM,CMPLNT_FR_DT,CMPLNT_FR_TM,CMPLNT_TO_DT,RPT_DT,KY_CD,"
                                           "OFNS_DESC,"
    "PD_CD,PD_DESC,LAW_CAT_CD,BORO_NM,X_COORD_CD,Y_COORD_CD,Latitude,Longitude,Lat_Lon",
    "San Francisco's portal (since 2018)": "Incident Datetime,Incident Date,Incident Time,Incident Year,"
                                           "Report Datetime,"
    "Row ID,Incident ID,Incident Number,CAD Number,Incident Code,Incident Category,Incident Subcategory,"
    "Incident Description,Resolution,Latitude,Longitude,Point",
    "San Francisco's portal (2003 to 2018)": "IncidntNum,Category,Descript,DayOfWeek,Date,Time,PdDistrict,"
                                             "Resolution,"
    "Address,X,Y,Location,PdId",
    "Denver's portal": "INCIDENT_ID,OFFENSE_ID,OFFENSE_CODE,OFFENSE_CODE_EXTENSION,OFFENSE_TYPE_ID,"
                       "OFFENSE_CATEGORY_ID,"
    "FIRST_OCCURRENCE_DATE,LAST_OCCURRENCE_DATE,REPORTED_DATE,INCIDENT_ADDRESS,GEO_X,GEO_Y,GEO_LON,GEO_LAT,IS_CRIME",
    "Austin's portal": "Incident Number,Highest Offense Description,Highest Offense Code,Family Violence,"
    "Occurred Date Time,Occurred Date,Occurred Time,Report Date Time,Latitude,Longitude,Location",
    "Austin's portal (API)": "incident_report_number,crime_type,ucr_code,occ_date_time,occ_date,latitude,"
                             "longitude,location",
    "Houston's police (NIBRS)": "Incident,RMSOccurrenceDate,RMSOccurrenceHour,NIBRSClass,NIBRSDescription,"
                                "OffenseCount,"
    "Beat,Premise,StreetNo,MapLongitude,MapLatitude",
    "Phoenix' portal": "INC NUMBER,OCCURRED ON,OCCURRED TO,UCR CRIME CATEGORY,100 BLOCK ADDR,ZIP,PREMISE "
                       "TYPE",
    "Seattle's portal": "Report Number,Report DateTime,Offense ID,Offense Date,NIBRS Group AB,Offense Sub "
                        "Category,"
    "Block Address,Latitude,Longitude,Beat,Precinct,Sector,Neighborhood,Offense Category,NIBRS Offense Code "
    "Description",
    "Seattle's portal (until 2024)": "Report Number,Offense ID,Offense Start DateTime,Offense End DateTime,"
                                     "Group A B,"
    "Offense Parent Group,Offense,Offense Code,Precinct,Sector,Beat,MCPP,100 Block Address,Longitude,"
    "Latitude",
    "Philadelphia's portal": "the_geom,cartodb_id,objectid,dc_dist,psa,dispatch_date_time,dispatch_date,"
                             "dispatch_time,"
    "hour,dc_key,location_block,ucr_general,text_general_code,point_x,point_y,lat,lng",
    "Washington's portal": "X,Y,CCN,REPORT_DAT,SHIFT,METHOD,OFFENSE,BLOCK,XBLOCK,YBLOCK,WARD,ANC,LATITUDE,"
                           "LONGITUDE,BID,"
    "START_DATE,END_DATE,OBJECTID",
    "Boston's portal": "INCIDENT_NUMBER,OFFENSE_CODE,OFFENSE_CODE_GROUP,OFFENSE_DESCRIPTION,DISTRICT,"
                       "SHOOTING,"
    "OCCURRED_ON_DATE,YEAR,MONTH,STREET,Lat,Long,Location",
    "Dallas' portal": "Incident Number w/year,Year of Incident,Service Number ID,Type of Incident,Date1 of "
                      "Occurrence,"
    "UCR Offense Description,NIBRS Crime,NIBRS Crime Category,X Coordinate,Y Cordinate,Zip Code,Location1",
    "Dallas' portal (API)": "incidentnum,servyr,servnumid,offincident,date1,nibrs_crime,"
                            "nibrs_crime_category,geocoded_column",
    "Baltimore's portal": "RowID,CCNumber,CrimeDateTime,CrimeCode,Description,Latitude,Longitude",
    "Baltimore's portal (until 2021)": "CrimeDate,CrimeTime,CrimeCode,Location,Description,Weapon,District,"
                                       "Longitude,"
    "Latitude,Location 1,Total Incidents",
    "Detroit's portal": "crime_id,report_number,offense_description,offense_category,incident_timestamp,"
                        "latitude,longitude",
    "Minneapolis' portal": "publicaddress,caseNumber,precinct,reportedDate,beginDate,offense,description,"
                           "UCRCode,"
    "centergbsid,centerLong,centerLat",
    "Portland's police": "Address,CaseNumber,CrimeAgainst,Neighborhood,OccurDate,OccurTime,OffenseCategory,"
                         "OffenseType,"
    "OpenDataLat,OpenDataLon,ReportDate,OffenseCount",
    "Kansas City's portal": "report_no,reported_date,from_date,offense,ibrs,description,beat,address,"
                            "rep_dist,area,location",
    "Cincinnati's portal": "INSTANCEID,INCIDENT_NO,DATE_REPORTED,DATE_FROM,OFFENSE,LATITUDE_X,LONGITUDE_X",
    "San Diego's police (NIBRS)": "objectid,nibrs_uniq,case_number,occured_on,ibr_offense_description,"
                                  "latitude,longitude",
}  # fmt: skip


def api(name: str) -> str:
    """A column as a portal gives it to programs."""
    return name.strip().lower().replace(" ", "_").replace("/", "_")


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("spelled", [str, str.upper, api, lambda column: f" {column} "])
def test_a_layout_is_recognised_however_its_columns_are_spelled(name: str, spelled: object):
    columns = [spelled(column) for column in HEADERS[name].split(",")]  # type: ignore[operator]
    columns = [":id", ":created_at", *columns, "OBJECTID"]
    found = layout_of(columns)
    assert found is not None
    assert found[0].name == name
    assert set(found[1].values()) <= set(columns)


def test_each_layout_is_told_from_the_others_by_its_first_columns():
    for layout in layouts():
        columns = [names[0] for names in layout.columns.values()] + list(layout.marks[:1])
        found = layout_of(columns)
        assert found is not None
        assert found[0] is layout
        assert set(found[1]) == set(layout.columns)
        assert set(layout.columns) <= set(MEANINGS)
        assert layout.source


def test_a_file_of_no_known_layout_has_none():
    assert layout_of(["id", "date", "type", "lat", "lon"]) is None
    assert layout_of([]) is None


def test_of_two_names_the_better_is_used():
    found = layout_of(["OFFENSE_ID", "REPORTED_DATE", "OFFENSE_CATEGORY_ID", "OFFENSE_TYPE_ID"])
    assert found is not None
    assert found[1] == {"id": "OFFENSE_ID", "date": "REPORTED_DATE", "type": "OFFENSE_TYPE_ID"}


def test_a_portals_own_column_is_not_the_citys():
    assert plain(":id") != plain("ID")


def test_the_article_s_types_are_those_of_los_angeles_alone():
    named: dict[str, Layout] = {layout.name: layout for layout in layouts() if layout.types}
    assert list(named) == ["Los Angeles' portal", "Los Angeles' portal (until 2019)"]
    assert {layout.types for layout in named.values()} == {
        ("BATTERY - SIMPLE ASSAULT", "BURGLARY FROM VEHICLE")
    }
