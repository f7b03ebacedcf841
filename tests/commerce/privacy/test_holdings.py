"""Every table that may say something about a person is named, found from the metadata."""

from commerce.privacy.holdings import GONE, HOLDINGS, OTHERWISE
from commerce.store.tables import metadata

PEOPLE = {"viewer", "customer", "orders", "restriction", "aftersale"}
NAMES = {"viewer", "contact", "identity", "party", "name", "note", "caller", "text", "phone", "sealed", "body"}
# Their names and texts are the merchant's own, or a business's, and nobody's who buys.
BUSINESS = {"channel", "room", "show", "merchant", "product", "sku", "api_key", "hook", "delivery", "transfer", "login"}
BUSINESS |= {"payment_provider", "word", "restream", "flash_sale", "slate", "answered", "log_party", "order_line"}
BUSINESS |= {"image"}


def may_be_about_people():
    for table in metadata.sorted_tables:
        if "merchant_id" not in table.columns:
            continue
        refers = {key.column.table.name for column in table.columns for key in column.foreign_keys}
        if refers & PEOPLE or set(table.columns.keys()) & NAMES:
            yield table.name


def test_a_new_table_about_people_has_to_be_named():
    """It fails for a table that came later: say in holdings.py what erasing a person does to it, or why nothing."""
    named = {holding.table.name for holding in HOLDINGS} | set(OTHERWISE) | BUSINESS
    assert [name for name in may_be_about_people() if name not in named] == []


def test_what_is_kept_says_why_and_what_goes_says_what():
    for holding in HOLDINGS:
        assert (holding.erased is None) == bool(holding.why), holding.table.name
        if holding.erased is not None and holding.erased is not GONE:
            assert set(holding.erased) <= set(holding.table.columns.keys())
            assert holding.erased
