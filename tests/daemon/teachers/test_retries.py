import pytest

from daemon.teachers.retries import manner_of


@pytest.mark.parametrize(
    ("reasons", "manner"),
    [
        ([], "greedy"),
        (["truncated"], "brief"),
        (["too_long"], "brief"),
        (["not_json"], "sampled"),
        (["degenerate"], "sampled"),
        (["truncated", "truncated"], "sampled"),
        (["schema", "truncated"], "sampled"),
        # An engine that broke has said nothing about the text.
        (["engine_error"], "greedy"),
        (["engine_error", "truncated", "engine_error"], "brief"),
        (["truncated", "engine_error", "not_json"], "sampled"),
    ],
)
def test_what_came_of_a_text_decides_how_it_is_asked_again(reasons: list[str], manner: str) -> None:
    assert manner_of(reasons) == manner
