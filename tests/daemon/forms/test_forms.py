"""Names of forms in every spelling met on EDGAR, and the order of their Items."""

import pytest

from daemon.forms import FORMS, form_name, form_of


@pytest.mark.parametrize(
    ("written", "name", "amendment"),
    [
        ("10-K", "10-K", False),
        ("10-k", "10-K", False),
        ("FORM 10-K", "10-K", False),
        ("10-K/A", "10-K/A", True),
        ("10-K / a", "10-K/A", True),
        ("10-K405", "10-K405", False),
        ("10-K405/A", "10-K405/A", True),
        ("10-KT", "10-KT", False),
        ("10KSB", "10-KSB", False),
        ("10-KSB40", "10-KSB40", False),
        ("10KSB/A", "10-KSB/A", True),
    ],
)
def test_a_form_is_known_however_it_is_written(written: str, name: str, amendment: bool) -> None:
    found = form_name(written)
    assert found is not None
    assert (found.name, found.amendment) == (name, amendment)


@pytest.mark.parametrize("other", ["10-Q", "8-K", "", "10", "NT 10-K", "20-F"])
def test_other_forms_are_not_ours(other: str) -> None:
    assert form_name(other) is None
    assert form_of(other) is None


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_each_item_of_a_form_has_one_place_and_lower_case_titles(form) -> None:
    keys = [item.key for item in form.items]
    assert len(keys) == len(set(keys))
    assert [form.order(key) for key in keys] == list(range(len(keys)))
    assert all(item.titles and all(title == title.lower() for title in item.titles) for item in form.items)


def test_a_ksb_is_numbered_unlike_a_10_k() -> None:
    small, large = form_of("10-KSB"), form_of("10-K405")
    assert small is not None and large is not None
    assert small.order("8A") is not None and large.order("8A") is None
