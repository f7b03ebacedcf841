"""Bodies around partners name the field that does not fit."""

import pytest
from pydantic import ValidationError

from signaling.api import models_partners as m

ID = "0" * 16


@pytest.mark.parametrize(
    ("model", "body", "field"),
    [
        (m.PartnerTerms, {"passing_days": 366}, "passing_days"),
        (m.ChannelPlace, {"parent": "?"}, "parent"),
        (m.ChannelLevel, {"level": "x" * 41}, "level"),
        (m.ChannelStep, {"event": "delete", "reason": "why"}, "event"),
        (m.ChannelStep, {"event": "close", "reason": " "}, "reason"),
        (m.CustomerMoved, {"channel": ID, "reason": ""}, "reason"),
        (m.DisputeNew, {"text": "", "order": ID}, "text"),
        (m.DisputeDecision, {"outcome": "lost", "reason": "why"}, "outcome"),
    ],
)
def test_wrong_values_name_their_field(model, body, field):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(body)
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]
