"""Every operation around partners is described once."""

from signaling.api.operations_partners import PARTNERS


def test_each_is_described_once_and_says_what_it_answers():
    places = [(operation.method, operation.path) for operation in PARTNERS]
    assert len(places) == len(set(places)) == 15
    assert {operation.security for operation in PARTNERS} == {"session"}
