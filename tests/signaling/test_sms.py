"""Gateways: the log for trying out, and HTTP, signed, whose refusals are said."""

import logging

import pytest

from config.settings import SmsSettings
from signaling.errors import NotSent
from signaling.hooks import signature
from signaling.sms import Console, Message, Webhook, masked, open_gateway
from tests.signaling.phones import SECRET, gateway

MESSAGE = Message("+8613800138000", "042137", "Tea House", "en", 300)


async def test_the_console_shows_the_code_and_not_the_whole_phone(caplog):
    with caplog.at_level(logging.WARNING):
        console = Console()
        await console.send(MESSAGE)
        await console.close()
    assert caplog.messages == ["code for +86138****8000: 042137"]


async def test_a_gateway_is_told_everything_it_needs_and_can_check_who_says_so():
    async with gateway() as (sent, options):
        settings = SmsSettings(gateway="webhook", url=options[1].partition("=")[2], secret=SECRET)
        webhook = Webhook(settings)
        await webhook.close()
        await webhook.send(MESSAGE)
        assert sent.sent == [
            {
                "phone": "+8613800138000",
                "code": "042137",
                "text": "Tea House: your code is 042137. It holds for 5 minutes; tell nobody.",
                "merchant": "Tea House",
                "language": "en",
            }
        ]
        at = int(sent.signatures[0].partition(",")[0].removeprefix("t="))
        assert sent.signatures == [signature(SECRET, sent.bodies[0], at)]
        for sent.status in (302, 500):
            with pytest.raises(NotSent):
                await webhook.send(MESSAGE)
        await webhook.close()
    webhook = Webhook(settings)
    with pytest.raises(NotSent):
        await webhook.send(MESSAGE)
    await webhook.close()


def test_which_gateway_there_is():
    assert open_gateway(SmsSettings()) is None
    assert isinstance(open_gateway(SmsSettings(gateway="console")), Console)
    assert isinstance(open_gateway(SmsSettings(gateway="webhook", url="https://sms.example", secret="x")), Webhook)
    for given in ({"url": "https://sms.example"}, {"secret": "x"}, {"url": "ftp://x", "secret": "x"}):
        with pytest.raises(ValueError, match="needs"):
            SmsSettings(gateway="webhook", **given)


@pytest.mark.parametrize(("phone", "shown"), [("+8613800138000", "+86138****8000"), ("+4930123", "******23")])
def test_enough_to_recognise_ones_own(phone, shown):
    assert masked(phone) == shown


def test_texts_are_in_the_rooms_language():
    assert Message("+86138", "1", "茶馆", "zh", 300).text.startswith("【茶馆】验证码 1，5 分钟")
