import pytest
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError

from config.settings import HlsSettings, HttpSettings, Section, Settings

SECTIONS = [field.default for field in Settings.model_fields.values() if isinstance(field.default, Section)]


def test_the_defaults_are_within_their_own_bounds():
    assert Settings.model_validate(Settings().model_dump()) == Settings()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: type(section).__name__)
def test_every_number_has_a_bound_and_a_value_beyond_it_is_refused(section):
    for name, field in type(section).model_fields.items():
        if isinstance(field.default, bool) or not isinstance(field.default, int | float):
            continue
        bounds = [m for m in field.metadata if isinstance(m, Ge | Gt | Le | Lt)]
        assert bounds, f"{type(section).__name__}.{name}"
        for bound in bounds:
            beyond = bound.ge - 1 if isinstance(bound, Ge) else bound.le + 1 if isinstance(bound, Le) else None
            if beyond is not None:
                with pytest.raises(ValidationError, match=name):
                    type(section).model_validate({name: beyond})


def test_an_unknown_name_is_refused_and_nothing_can_be_changed_later():
    with pytest.raises(ValidationError, match="prot"):
        Settings.model_validate({"http": {"prot": 1}})
    with pytest.raises(ValidationError, match="frozen"):
        Settings().http.port = 1


def test_a_segment_holds_at_least_two_parts():
    with pytest.raises(ValidationError, match="at least twice"):
        HlsSettings(part_ms_target=1_500, segment_ms_target=2_000)


def test_a_trusted_proxy_is_an_address_or_a_network():
    assert HttpSettings(trusted_proxies=("10.1.2.3/8", "::1")).trusted_proxies == ("10.1.2.3/8", "::1")
    with pytest.raises(ValidationError, match="trusted_proxies"):
        HttpSettings(trusted_proxies=("edge.example.com",))


def test_secrets_are_not_shown_when_settings_are():
    assert "hidden" not in repr(Settings(secret="hidden"))
    assert issubclass(Settings, BaseModel)
