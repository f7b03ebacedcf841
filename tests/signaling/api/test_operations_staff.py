"""Staff is a matter of one's own desk."""

from signaling.api.operations_staff import STAFF


def test_all_of_it_is_behind_the_login_of_a_desk():
    places = [(each.method, each.path) for each in STAFF]
    assert len(places) == len(set(places)) == 5
    assert {each.security for each in STAFF} == {"session"}
    assert all(path.startswith("/api/v1/desk/staff") for _, path in places)
