"""What holds of links after any history: whoever came first, whatever was retired and taken back."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.near import GUARD
from daemon.near.shingles import shingles_of, similarity
from store.ids import text_id
from tests.builders import a_chunk, a_filing, a_keeping, a_label, a_log, a_recipe, a_retirement, an_adoption, put
from tests.nearness import a_text, arrive, near_of

TEXTS = tuple(a_text(name, changed=changed) for name, changed in product("ab", (0, 1, 2, 4, 7, 9)))
CLOSE = {
    (text_id(one), text_id(other))
    for one, other in product(TEXTS, TEXTS)
    if similarity(shingles_of(one), shingles_of(other)) >= GUARD
}

arrivals = st.tuples(
    st.just("arrive"), st.sampled_from(["train", "heldout"]), st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4)
)
changes = st.tuples(st.sampled_from(["retire", "keep", "label", "restart"]), st.integers(0, 30))


def play(log, folder, same, steps):
    near, there = near_of(log, folder, same=same), []
    for n, (what, *rest) in enumerate(steps):
        if what == "arrive":
            split, texts = rest
            fresh = [(text, n) for text in dict.fromkeys(texts)]
            arrive(log, near, a_filing(n), *(a_chunk(text, filing=n, split=split) for text, n in fresh))
            there += fresh
        elif what == "restart":
            near.close()
            near = near_of(log, folder, same=same)
        elif there:
            text, filing = there[rest[0] % len(there)]
            change = {"retire": a_retirement, "keep": a_keeping, "label": a_label}[what]
            put(log, change(text) if what == "label" else change(text, filing=filing))
            near.advance()


@settings(max_examples=5)
@given(st.lists(arrivals | changes, min_size=1, max_size=9), st.sampled_from([0.8, 0.9, 1.0]))
def test_no_row_trains_near_a_held_out_text_and_links_lead_to_texts_that_speak(tmp_path_factory, steps, same):
    folder = tmp_path_factory.mktemp("state")
    with a_log(folder) as log:
        put(log, a_recipe(), an_adoption())
        play(log, folder, same, steps)
        cursor = log.cursor()
        splits = dict(cursor.execute("SELECT text_id, split FROM texts").fetchall())
        links = dict(cursor.execute("SELECT text_id, to_text_id FROM links WHERE NOT across").fetchall())
        pending = {name for (name,) in cursor.execute("SELECT text_id FROM pending").fetchall()}
        cursor.close()
    learning = [name for name, split in splits.items() if split == "train" and name not in links]
    heldout = [name for name, split in splits.items() if split == "heldout"]
    assert not [pair for pair in product(learning, heldout) if pair in CLOSE]
    assert pending.isdisjoint(links)
    assert all(to in splits and to not in links for text, to in links.items())
    assert same < 1 or not links
