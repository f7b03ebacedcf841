"""What is described is what is told."""

import jsonschema
import pytest

from commerce.commands.programs import EVENTS
from commerce.programs.told import SHAPES as VERSIONS
from signaling.api.describe import document
from signaling.api.models_events import SHAPES, examples

EXAMPLES = examples()


@pytest.fixture(scope="module")
def described():
    return document()


def test_every_event_is_described_in_every_version(described):
    assert set(described["webhooks"]) == set(EXAMPLES) == set(EVENTS)
    assert set(VERSIONS) == {1}, "describe the new one, too"


@pytest.mark.parametrize("event", EVENTS)
def test_each_example_is_what_is_told_and_fits_its_schema(described, event):
    content = described["webhooks"][event]["post"]["requestBody"]["content"]["application/json"]
    validator = jsonschema.Draft202012Validator(content["schema"] | {"components": described["components"]})
    validator.validate(content["example"])
    assert (content["example"]["type"], content["example"]["version"]) == (event, 1)
    assert not validator.is_valid(content["example"] | {"version": 2})
    SHAPES[type(EXAMPLES[event])].model_validate(content["example"])
