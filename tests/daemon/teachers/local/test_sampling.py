import pytest

torch = pytest.importorskip("torch")


def drawn(seeds, scores, *, times=1):
    """Tokens a row, over `times` steps of one batch."""
    from daemon.teachers.local.sampling import SeededSampling

    processor = SeededSampling(seeds, torch.device("cpu"))
    return torch.stack([processor(None, scores.clone()).argmax(dim=1) for _ in range(times)], dim=1)


def test_a_row_without_a_seed_stays_greedy():
    scores = torch.randn(2, 50, generator=torch.Generator().manual_seed(0))
    assert drawn([None, None], scores).tolist() == scores.argmax(dim=1, keepdim=True).tolist()


def test_a_rows_draw_depends_on_its_seed_and_not_on_its_neighbours():
    scores = torch.zeros(3, 1000)
    many, alone = drawn([5, None, 7], scores, times=20), drawn([7], scores[:1], times=20)
    assert many[2].tolist() == alone[0].tolist() != drawn([8], scores[:1], times=20)[0].tolist()


def test_what_is_forbidden_stays_forbidden():
    scores = torch.full((1, 100), -torch.inf)
    scores[0, 42] = -1000.0
    assert set(drawn([1], scores, times=50)[0].tolist()) == {42}


def test_no_token_of_a_large_vocabulary_comes_from_nowhere():
    scores = torch.zeros(1, 128_256)
    scores[0, 7] = 14.0  # likelier than any other by e to the 20th
    assert set(drawn([1], scores, times=2000)[0].tolist()) == {7}


def test_draws_follow_the_softmax_at_the_recipes_temperature():
    from daemon.teachers.local.settings import TEMPERATURE

    scores = torch.tensor([[0.0, 1.0, -0.5]])
    shares = torch.bincount(drawn([3], scores, times=20_000)[0], minlength=3) / 20_000
    assert torch.allclose(shares, (scores[0] / TEMPERATURE).softmax(dim=0), atol=0.015)
