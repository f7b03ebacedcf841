from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from signaling.api.models import CartQuantity, Checkout, RoomView, iso
from signaling.api.models_hq import ChannelChange, MoneyIn


def test_times_are_in_utc_with_a_z():
    east = timezone(timedelta(hours=8))
    assert iso(datetime(2026, 1, 1, 8, 0, 0, 123_999, east)) == "2026-01-01T00:00:00.123Z"
    assert iso(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize("quantity", [-1, 1000, "1", 1.0, True, None])
def test_no_type_of_a_request_is_guessed(quantity):
    with pytest.raises(ValidationError):
        CartQuantity.model_validate({"quantity": quantity})


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example x", "ftp://x", "logo.png"])
def test_pictures_are_web_addresses(url):
    with pytest.raises(ValidationError):
        ChannelChange.model_validate({"logo_url": url})


def test_money_is_whole_and_not_negative():
    for minor in (-1, 0.5, "1"):
        with pytest.raises(ValidationError):
            MoneyIn.model_validate({"minor": minor, "currency": "CNY"})


def test_every_field_of_what_is_answered_is_required():
    assert all(field.is_required() for field in RoomView.model_fields.values())
    assert {name for name, field in Checkout.model_fields.items() if field.is_required()} == {"client_order_id"}
