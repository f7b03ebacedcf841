from signaling.api.operations_proof import PROOFS


def test_anybody_may_ask():
    assert {operation.security for operation in PROOFS} == {""}
