"""The schema says what docs/tables.md says, and no more."""

import pyarrow as pa
import pytest

from data.schema import TABLES, Table

EXPECTED = {
    "private/sources": "agency source file bytes sha256 format messages_listed",
    "private/messages": "agency source node_id folder message_id subject sender to cc submitted_at "
    "delivered_at kind template copy_of copy_by submitted_from content_id mih also_in "
    "embedded_in embedded_as",
    "private/alerts": "agency alert_id kind alert_date title description emails recipients first_sent_at "
    "last_sent_at",
    "private/recipients": "agency recipient kind emails alerts first_sent_at last_sent_at",
    "private/people": "agency person spelling evidence emails",
    "private/subjects_to_review": "agency subject emails",
    "private/quarantine": "source node_id folder stage reason detail embedded_in",
    "public/ledger": "part source line count",
    "public/kinds": "agency kind emails share",
    "public/subjects": "agency pattern kind template emails",
    "public/alerts_by_month": "agency kind month emails unique_alerts",
    "public/recipients_per_alert": "agency kind recipients alerts",
    "private/posts_in_tracts": "post_id city GEOID year tracts_matched",
    "public/border_posts": "scope year posts posts_on_borders extra_rows ties",
    "public/city_deciles": "city decile income_low income_high tracts population posts posts_per_1000",
    "public/city_tests": "city level n posts pearson_r pearson_p slope intercept r_squared slope_p alpha "
    "direction use tests holm_p q",
    "public/crime_deciles": "city crime decile tracts population crimes crimes_per_1000",
    "public/crime_types": "city crime recorded no_location outside counted",
    "public/crime_tests": "city crime level n crimes pearson_r pearson_p slope intercept r_squared slope_p "
    "alpha direction use tests holm_p q",
    "public/gentrification": "city tracts low_population eligible gentrified gentrified_share",
    "public/gentrification_tracts": "GEOID geo_id metro_area city low_population eligible gentrified",
    "public/city_selection": "rank city gentrified_share partnership selected reason",
    "private/coding_sample": "sample_no agency alert_id kind alert_date title description stratum weight "
    "emails recipients",
    "public/coding_tally": "agency question answer alerts decided share ci_low ci_high",
    "public/coding_agreement": "agency question reviews alerts readers unanimous percent_agreement "
    "krippendorff_alpha alpha_low alpha_high",
}
BESIDE = {
    "private/coding_reviews": "every answer that came back, with its sheet and row",
    "private/coding_decided": "what was decided of each alert, and how",
    "private/coding_readers": "how each reader agrees with the others",
    "public/coding_shares": "the shares weighted to all alerts, to e-mails and to officers",
    "public/coding_confusion": "which answers readers take for each other",
    "public/coding_drawn": "whether the sample is like all alerts",
    "private/attachments": "what is attached to messages, without its contents",
    "private/post_files": "the names of the files of posts, like those of the mailboxes in private/sources",
    "private/crime_files": "the names of the files of crime records, likewise",
    "private/partnerships": "whose partnership each row of the Atlas is, unmatched ones included",
    "private/not_mail_classes": "which items are not mail, by the class as stored, which may hold a name",
    "private/other_files": "the files of records/ that hold mail in a form that is not read",
    "private/not_read": "mailboxes that are gone, and agencies that were left out, each with the reason",
    "public/not_mail": "which items are not mail, by the classes that everybody knows",
    "public/city_tests_robust": "whether a finding holds under tests with fewer assumptions",
    "public/crime_tests_robust": "the same for crimes",
    "public/city_effects": "how large the relation is in each city and over all, for a forest plot",
    "public/crime_effects": "the same for crimes",
    "public/city_variants": "what is found without the rule on tracts of few people",
    "public/crime_variants": "the same for crimes",
    "public/city_income_error": "whether a finding holds if incomes are only as exact as the Census says",
    "public/crime_income_error": "the same for crimes",
    "public/city_models": "models that allow for neighbors, or for counts that vary more than Poisson's",
    "public/crime_models": "the same for crimes",
    "public/gentrification_thresholds": "the thresholds that each metro area's tracts are compared with",
    "public/tracts_used": "which listed tracts are used, and why the others are not",
    "public/tract_crimes": "the crimes of each type in them",
    "public/left_out": "how many small counts were left out of each public table",
    "public/coding_questions": "the words of the questions and answers that readers saw",
    "public/requests": "which agencies were asked for records, and what they sent",
}
"""Tables that the design does not name, each with its reason."""


@pytest.mark.parametrize(("name", "columns"), EXPECTED.items())
def test_a_table_has_the_columns_of_the_design_in_its_order(name: str, columns: str) -> None:
    assert TABLES[name].arrow.names == columns.split()


def test_there_is_no_table_that_the_design_does_not_name() -> None:
    assert {name for name, table in TABLES.items() if table.visibility != "work"} == {
        *EXPECTED,
        *BESIDE,
    }


@pytest.mark.parametrize("table", TABLES.values(), ids=str)
def test_the_key_consists_of_columns(table: Table) -> None:
    assert set(table.key) <= set(table.arrow.names)
    assert table.key


@pytest.mark.parametrize("table", TABLES.values(), ids=str)
def test_every_field_has_its_meaning_and_says_whether_it_may_be_missing(table: Table) -> None:
    for column, field in zip(table.columns, table.arrow, strict=True):
        assert field.metadata[b"description"].decode() == column.meaning != ""
        assert field.nullable is column.nullable


def test_public_tables_hold_no_name_address_subject_title_or_exact_time() -> None:
    private = {"folder", "sender", "to", "cc", "recipient", "subject", "title", "description", "file"}
    for table in TABLES.values():
        if table.visibility == "public" and table.name != "public/recipients_per_alert":
            assert not private & set(table.arrow.names)
        if table.visibility == "public":
            assert pa.timestamp("us", "UTC") not in table.arrow.types


def test_a_table_s_name_gives_its_folder_and_stem() -> None:
    assert (TABLES["private/sources"].visibility, TABLES["private/sources"].stem) == ("private", "sources")


def test_every_public_table_with_a_geoid_has_one_that_a_spreadsheet_keeps():
    names = {name: spec.arrow.names for name, spec in TABLES.items() if spec.visibility == "public"}
    assert [name for name, columns in names.items() if ("GEOID" in columns) != ("geo_id" in columns)] == []


def test_the_order_of_reading_names_columns_of_the_table():
    for spec in TABLES.values():
        assert {sort.column for sort in spec.order} <= set(spec.arrow.names), spec.name
