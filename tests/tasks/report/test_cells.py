import pyarrow as pa
import pytest

from tasks.report.cells import form_of, one_line, shown


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([1234567, 0, -5], pa.int64(), ["1,234,567", "0", "−5"]),
        ([25247.0, 42397.6], pa.float64(), ["25,247", "42,398"]),
        ([120.26, 0.031, -7.0], pa.float64(), ["120.3", "0.031", "−7.0"]),
        ([0.83, 6.94e-16, 0.00032, 1.0], pa.float64(), ["0.830", "6.9 × 10⁻¹⁶", "0.00032", "1.000"]),
        ([3.0, 41000.0, None], pa.float64(), ["3", "41,000", "–"]),
        ([float("inf"), float("nan")], pa.float64(), ["inf", "nan"]),
        ([True, False, None], pa.bool_(), ["yes", "no", "–"]),
        ([["a", "b"], []], pa.list_(pa.string()), ["a; b", ""]),
        (["06009002300"], pa.string(), ["06009002300"]),
    ],
)
def test_a_value_has_the_digits_that_mean_something(values, kind, texts):
    form = form_of("posts", values, kind)
    assert [shown(value, form) for value in values] == texts


def test_a_year_is_not_a_count():
    assert shown(2019, form_of("year", [2019], pa.int64())) == "2019"


def test_a_text_from_a_file_neither_breaks_the_line_nor_turns_it():
    assert one_line("a\r\nb\u202ec\x07\u00a0d") == "a  b\ufffdc\ufffd\u00a0d"
