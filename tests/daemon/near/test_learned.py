"""A held-out text that came after something near it was learned is known to be no test of who learned it."""

from daemon.near.learned import near_learned
from store.ids import text_id
from tests.builders import a_chunk, a_filing, a_label, a_log, a_recipe, an_adoption, put
from tests.nearness import a_text, arrive, near_of

A, A5, B, B5 = a_text("a"), a_text("a", changed=5), a_text("b"), a_text("b", changed=5)


def test_pairs_are_those_of_texts_with_a_label_whichever_came_first(tmp_path):
    with a_log(tmp_path) as log:
        near = near_of(log, tmp_path)
        put(log, a_recipe(), an_adoption(), a_filing(), a_filing(2))
        arrive(log, near, a_chunk(A), a_chunk(B))
        put(log, a_label(A))
        before = log.head.seq
        arrive(log, near, a_chunk(A5, filing=2, split="heldout"), a_chunk(B5, filing=2, split="heldout"))
        assert near_learned(log, log.head.seq) == ((text_id(A5), text_id(A)),)
        assert near_learned(log, before) == ()
