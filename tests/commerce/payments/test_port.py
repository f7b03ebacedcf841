"""What every provider keeps to."""

from commerce.payments.port import Provider
from commerce.payments.sandbox import Sandbox


def test_the_sandbox_is_a_provider():
    provider: Provider = Sandbox(b"k" * 32)
    assert provider.name == "sandbox"
