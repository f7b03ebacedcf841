import pytest

from config.household import household


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.10", "203.0.113.10"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::FFFF:cb00:7109", "203.0.113.9"),
        ("64:ff9b::203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        (" 2001:db8:1:2::1 ", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
        ("203.0.113", "203.0.113"),
    ],
)
def test_ipv4_whole_and_ipv6_by_its_64(address, whose):
    assert household(address) == whose


@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8:1:2::/64", "", "nonsense"])
def test_what_is_a_household_already_stays(address):
    assert household(address) == address
