from commerce import commands as c
from commerce.commands.base import name_of


def test_an_update_is_of_the_same_merchant_and_called_by_what_it_does():
    show = c.UpdateShow(7, "show00000001", title="Night")
    assert (c.Update(show).merchant, name_of(c.Update(show)), name_of(show)) == (7, "UpdateShow", "UpdateShow")
