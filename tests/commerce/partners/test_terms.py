"""A merchant's terms for partners."""

from commerce.commands.partners import SetPartnerTerms
from commerce.partners.terms import Terms, partner_terms


async def test_defaults_until_said_otherwise(shop):
    assert await shop.commerce.ask(partner_terms, shop.merchant.id) == Terms(30)
    for days in (7, 8):
        await shop.commerce.execute(SetPartnerTerms(shop.merchant.id, days))
        assert await shop.commerce.ask(partner_terms, shop.merchant.id) == Terms(days)
