"""The tables of the posts: the tract of each post, and whether richer tracts post more."""

from __future__ import annotations

from typing import Final

from data.schema.model import COUNT, NUMBER, SMALL_COUNT, TEXT, Column, Table, optional

CITY: Final = Column("city", TEXT, "The city, spelled as in census/city_tracts.")
GEOID: Final = Column("GEOID", TEXT, "The Census tract: 11 digits, state, county and tract.")
_UNTESTABLE: Final = "missing where not testable."
_NO_MODEL: Final = "missing where not testable, or where the model cannot be made."

PRIVATE: Final = (
    Table(
        "private/post_files",
        ("file",),
        "One row per file of posts.",
        (
            Column("file", TEXT, "The file's path inside the investigation folder."),
            Column("source", TEXT, "Its id everywhere else: first 12 digits of its SHA-256."),
            Column("bytes", COUNT, "Size of the file in bytes."),
            Column("sha256", TEXT, "SHA-256 of the file, 64 hexadecimal digits."),
            Column("posts", COUNT, "Rows read from it."),
        ),
    ),
    Table(
        "private/posts_in_tracts",
        ("post_id", "city"),
        "One row per post in a tract, and per examined city that contains the tract.",
        (
            Column("post_id", TEXT, "The post's id as found."),
            optional("city", TEXT, "An examined city that holds the tract; missing where none does."),
            GEOID,
            optional(
                "year", SMALL_COUNT, "Year of created_at in the configured time zone; missing where untold."
            ),
            Column("tracts_matched", SMALL_COUNT, "Tracts that the post intersects; above 1 on a border."),
        ),
    ),
)

PUBLIC: Final = (
    Table(
        "public/border_posts",
        ("scope", "year"),
        "One row per scope and year: how many posts are on borders of tracts, and how each was decided.",
        (
            Column("scope", TEXT, "'nation', or a city, which counts by the tract assigned."),
            Column("year", TEXT, "'all', or the year analysed."),
            Column("posts", COUNT, "Posts in a tract."),
            Column("posts_on_borders", COUNT, "Those that intersect more than one."),
            Column("extra_rows", COUNT, "Pairs of post and tract beyond the first of each post."),
            Column(
                "ties",
                COUNT,
                "Posts on borders whose most populous tracts are equal: the first GEOID has it.",
            ),
        ),
    ),
    Table(
        "public/city_deciles",
        ("city", "decile"),
        "One row per city and decile of tract income; deciles without a tract are left out.",
        (
            CITY,
            Column("decile", SMALL_COUNT, "1 is the poorest, 10 the richest."),
            Column(
                "income_low", NUMBER, "Lower cut point, US dollars a year; of the first the lowest income."
            ),
            Column(
                "income_high", NUMBER, "Upper cut point, US dollars a year; of the last the highest income."
            ),
            Column("tracts", COUNT, "Tracts with population and income in it."),
            Column("population", COUNT, "People in these tracts."),
            Column("posts", COUNT, "Posts of the year in these tracts."),
            Column("posts_per_1000", NUMBER, "Posts of the year per 1,000 residents."),
        ),
    ),
    Table(
        "public/city_tests",
        ("city", "level"),
        "One row per city and level: do richer tracts, or deciles, post more?",
        (
            CITY,
            Column("level", TEXT, "'tract' or 'decile'."),
            Column("n", COUNT, "Tracts with population and income, or deciles that hold one."),
            Column("posts", COUNT, "Posts of the year in them."),
            optional(
                "pearson_r", NUMBER, f"Pearson's correlation of income and posts per 1,000; {_UNTESTABLE}"
            ),
            optional("pearson_p", NUMBER, f"Its two-sided p; {_UNTESTABLE}"),
            optional(
                "slope", NUMBER, f"Least-squares line: posts per 1,000 for a dollar of income; {_UNTESTABLE}"
            ),
            optional("intercept", NUMBER, f"Least-squares line: posts per 1,000 at no income; {_UNTESTABLE}"),
            optional("r_squared", NUMBER, f"Share of the variance that the line tells; {_UNTESTABLE}"),
            optional("slope_p", NUMBER, f"Two-sided p of the slope; {_UNTESTABLE}"),
            Column("alpha", NUMBER, "What p is held against: the configured alpha over the cities examined."),
            Column("direction", TEXT, "'positive', 'negative', 'none' or 'not testable', at this level."),
        ),
    ),
    Table(
        "public/city_tests_robust",
        ("city",),
        "One row per city: does the finding at tract level hold under tests with fewer assumptions?",
        (
            CITY,
            Column("n", COUNT, "Tracts with population and income."),
            Column("direction", TEXT, "The finding: the direction of city_tests at tract level."),
            optional(
                "spearman_rho", NUMBER, f"Spearman's rank correlation of income and rate; {_UNTESTABLE}"
            ),
            optional("spearman_p", NUMBER, f"Its two-sided p; {_UNTESTABLE}"),
            optional(
                "rate_ratio",
                NUMBER,
                "Quasi-Poisson model of posts with population as exposure: the factor by which the rate "
                f"changes with 10,000 dollars more of income; {_NO_MODEL}",
            ),
            optional("rate_p", NUMBER, f"Its two-sided p; {_NO_MODEL}"),
            optional(
                "dispersion",
                NUMBER,
                f"Pearson's chi-squared a degree of freedom of that model; {_NO_MODEL}",
            ),
            optional(
                "moran_i",
                NUMBER,
                "Moran's I of the residuals of the line, neighbours are tracts that touch; missing where not "
                "testable, where no two tracts touch, or where the line leaves nothing.",
            ),
            optional("moran_p", NUMBER, "Its one-sided permutation p; missing where Moran's I is."),
            optional(
                "effective_n",
                NUMBER,
                "Tracts that would tell as much if they were independent (Dutilleul); missing where not "
                "testable, where a tract has no polygon, or where they are not above 2.",
            ),
            optional(
                "modified_t_p", NUMBER, "Two-sided p of Pearson's r for so many; missing where they are."
            ),
            Column(
                "verdict",
                TEXT,
                "'stands' where every test that could be made agrees with the finding, else 'wavers'; "
                "'untestable' where there is none.",
            ),
        ),
    ),
)
