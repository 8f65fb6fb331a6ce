"""What a text is made of, counted in bytes, is what the patterns find in it."""

from hypothesis import given
from hypothesis import strategies as st

from daemon.filing.prose import _counts, _shape, stop_share, words

LINES = st.text(st.sampled_from("aTheofin '\u2019.,1209$-\u00e9\u00a0\u201c\tZ"), max_size=60)


@given(LINES)
def test_words_function_words_letters_and_digits_of_a_line_are_those_that_the_patterns_find(line: str) -> None:
    found = [word.replace("\u2019", "'") for word in words(line)]
    count, letters, stops, digits = _counts(line)
    assert (count, letters, digits) == (len(found), sum(map(len, found)), sum(c in "0123456789" for c in line))
    assert stops == round(stop_share(found) * len(found))


@given(st.lists(LINES, min_size=1, max_size=5))
def test_what_its_lines_are_made_of_makes_up_a_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    shape = _shape(text)
    assert shape.words == len(words(text)) == sum(_counts(line)[0] for line in lines)
    assert shape.letters == sum(map(len, words(text)))
