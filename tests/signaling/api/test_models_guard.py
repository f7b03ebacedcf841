import pytest
from pydantic import ValidationError

from signaling.api.models_guard import Consent


def test_consent_is_said_or_nothing_is_done():
    assert Consent(consent=True).consent
    for given in ({}, {"consent": False}, {"consent": 1}):
        with pytest.raises(ValidationError):
            Consent.model_validate(given)
