from tasks.report.verse import verse_of


def test_html_in_the_text_is_text():
    assert verse_of("a <script>b</script> `<br>`") == (
        "<p>a &lt;script&gt;b&lt;/script&gt; <code>&lt;br&gt;</code></p>\n"
    )


def test_a_rule_that_is_named_is_a_link_to_it_but_not_in_code():
    html = verse_of("Rules 7.2 and 8.2, `rule 1.1`, (method 7.6), 3.5 %")
    assert html.count("<a ") == 3
    for key in ("rule-7-2", "rule-8-2", "rule-7-6"):
        assert f'href="#{key}"' in html


def test_pages_of_the_program_are_places_of_the_report():
    html = verse_of(
        "[t](tables.md#publickinds) [g](glossary.md) [m](#7-income) [r](method.md) [u](https://a.b)"
    )
    assert [part.split('"')[0] for part in html.split('href="')[1:]] == [
        "#tables", "#glossary", "#method-7", "#methods", "https://a.b"
    ]  # fmt: skip


def test_a_link_to_a_place_that_is_not_there_is_its_text():
    assert verse_of("See rule 9.9.", lambda key: False) == "<p>See <span>rule 9.9</span>.</p>\n"


def test_a_table_scrolls_and_has_no_heading_without_a_word():
    html = verse_of("|  | a |\n| --- | --- |\n| b | c |")
    assert html.startswith('<div class="scroll" tabindex="0"')
    assert "<th></th>" not in html
