from daemon.handover import Handover


def test_an_exclusive_training_starts_only_once_the_teacher_has_left() -> None:
    gpu = Handover(exclusive=True)
    assert not gpu.claim() and gpu.holder == "leaving"
    gpu.leave()
    assert gpu.claim() and gpu.holder == "student"
    gpu.give_back()
    assert gpu.holder == "teacher"


def test_a_shared_gpu_is_claimed_at_once_and_the_teacher_stays() -> None:
    gpu = Handover(exclusive=False)
    assert gpu.claim() and gpu.holder == "teacher"


def test_a_teacher_leaves_only_when_it_was_asked_to() -> None:
    gpu = Handover(exclusive=True)
    gpu.leave()
    assert gpu.holder == "teacher"


def test_a_claim_that_was_given_back_before_the_teacher_left_is_forgotten() -> None:
    gpu = Handover(exclusive=True)
    gpu.claim()
    gpu.give_back()
    gpu.leave()
    assert gpu.holder == "teacher"
