"""Which changes of the configuration a running service follows."""

import pytest

from daemon.reload import changed_keys, follows, merged, waiting_of
from daemon.settings import known_keys, load_settings

OLD = """
[edgar]
user_agent = "finsdistill tests tests@example.com"
companies = ["AAPL"]
[teacher]
kind = "extractive"
"""

# A changed line, the key that it changes, and whether a running service follows.
CHANGES = [
    ('companies = ["AAPL"]', 'companies = ["AAPL", "MSFT"]', "edgar.companies", True),
    ("[teacher]", 'poll = "*/5 * * * *"\n[teacher]', "edgar.poll", True),
    ("[teacher]", "since = 2001-01-01\n[teacher]", "edgar.since", True),
    ("[teacher]", 'forms = ["10-K"]\n[teacher]', "edgar.forms", True),
    ("[teacher]", "requests_per_s = 2\n[teacher]", "edgar.requests_per_s", False),
    ("[teacher]", 'data_url = "https://mirror.example.com"\n[teacher]', "edgar.data_url", False),
    ("tests tests@", "others others@", "edgar.user_agent", False),
    ("[teacher]", "[trainer]\nthreshold = 7\n[teacher]", "trainer.threshold", True),
    ("[teacher]", '[evaluator]\nheldout = ["MSFT"]\n[teacher]', "evaluator.heldout", False),
    ("[teacher]", "[evaluator]\nmax_examples = 7\n[teacher]", "evaluator.max_examples", True),
    ("[teacher]", '[student]\nbase = "seedling"\n[teacher]', "student.base", False),
    ('kind = "extractive"', 'kind = "extractive"\nmax_summary_tokens = 77', "teacher.max_summary_tokens", False),
    ("[teacher]", "[service]\npublish_every_s = 7\n[teacher]", "service.publish_every_s", True),
    ("[teacher]", '[service]\nstate_dir = "elsewhere"\n[teacher]', "service.state_dir", False),
    ("[teacher]", '[inbox]\ndir = "elsewhere"\n[teacher]', "inbox.dir", False),
    ("[teacher]", "[chunk]\nsize = 700\n[teacher]", "chunk.size", False),
]


@pytest.fixture
def settings_of(tmp_path):
    def load(text):
        (tmp_path / "config.toml").write_text(text)
        return load_settings(tmp_path / "config.toml", {})

    return load


@pytest.mark.parametrize(("before", "after", "key", "followed"), CHANGES, ids=[change[2] for change in CHANGES])
def test_a_change_is_named_and_followed_or_kept_for_a_restart(settings_of, before, after, key, followed):
    old, new = settings_of(OLD), settings_of(OLD.replace(before, after))
    assert changed_keys(old, new) == (key,)
    assert follows(key) is followed
    assert changed_keys(merged(old, new), new if followed else old) == ()


@pytest.mark.parametrize(
    ("polling", "waiting"), [(True, ["edgar.user_agent"]), (False, ["edgar.user_agent", "edgar.companies"])]
)
def test_a_service_that_cannot_poll_says_that_whom_it_watches_waits_for_a_restart(polling, waiting):
    assert waiting_of(["edgar.user_agent", "edgar.companies", "edgar.forms"], polling=polling) == waiting


def test_of_several_changes_the_service_takes_what_it_can(settings_of):
    old = settings_of(OLD)
    new = settings_of(OLD.replace("tests tests@", "others others@").replace('["AAPL"]', '["MSFT"]'))
    both = merged(old, new)
    assert (both.edgar.companies, both.edgar.user_agent) == (("MSFT",), old.edgar.user_agent)


def test_nothing_changed_is_nothing(settings_of):
    assert changed_keys(settings_of(OLD), settings_of(OLD)) == ()
    assert merged(settings_of(OLD), settings_of(OLD)) == settings_of(OLD)


def test_another_kind_of_teacher_is_never_followed(settings_of):
    old, new = settings_of(OLD), settings_of(OLD.replace('kind = "extractive"', 'kind = "local"'))
    assert "teacher.kind" in changed_keys(old, new)
    assert merged(old, new) == old


def test_teacher_student_and_held_out_companies_never_change_without_a_decision():
    forbidden = [key for key in known_keys() if key.startswith(("teacher.", "student.")) or key == "evaluator.heldout"]
    assert forbidden and not any(map(follows, forbidden))
