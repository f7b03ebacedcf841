from signaling.api.operations_guard import GUARD


def test_all_of_it_is_behind_the_login():
    assert {operation.security for operation in GUARD} == {"session"}
