"""The operations of paying, and of HQ's providers."""

from __future__ import annotations

from signaling.api import models_payments as models
from signaling.api.operation import V1, Operation, hq

PAYMENTS = (
    Operation(
        "get",
        f"{V1}/payments/{{payment}}/ways",
        "In which ways the viewer may pay",
        {200: models.Ways},
        problems=(404,),
    ),
    Operation(
        "post",
        f"{V1}/payments/{{payment}}/begin",
        "Pay in this way: what to do next; the same again answers the same",
        {200: models.NextStep},
        models.Begin,
        problems=(404, 409, 503),
    ),
    Operation(
        "post",
        f"{V1}/payments/{{provider}}/{{merchant}}/webhook",
        "A provider's notice, signed as it signs; Alipay is answered with the word it waits for",
        {204: None, 200: None},
        security="",
        problems=(404, 409, 503),
        media="text/plain",
    ),
    hq("get", "/payments", "How the merchant is paid, and refunds that failed", {200: models.PaymentsHq}, tagged=True),
    hq(
        "put",
        "/payments/{provider}",
        "A provider's credentials, in place of those before; never shown again",
        {200: models.ProviderView},
        body=models.ProviderPut,
        problems=(404, 409, 503),
    ),
    hq(
        "patch",
        "/payments/{provider}",
        "Whether buyers are offered it",
        {200: models.ProviderView},
        body=models.ProviderChange,
        problems=(404,),
    ),
    hq("delete", "/payments/{provider}", "Forget its credentials", {204: None}, problems=(404, 409)),
    hq(
        "post",
        "/payments/{provider}/probe",
        "A test call that changes nothing",
        {200: models.Probed},
        body=models.ProviderProbe,
        problems=(404, 503),
    ),
    hq("get", "/orders/{order}/refunds", "What was given back of an order, and how far it is", {200: models.Refunds}),
    hq(
        "post",
        "/orders/{order}/refunds/{refund}/retry",
        "Tell the provider of a failed refund again",
        {200: models.RefundView},
        body=models.RefundRetry,
        problems=(404, 409),
    ),
    hq(
        "post",
        "/orders/{order}/refunds/{refund}/end",
        "A failed refund that its provider never makes: given in another way, or not at all",
        {200: models.RefundView},
        body=models.RefundEnd,
        problems=(404, 409),
    ),
    hq(
        "post",
        "/orders/{order}/refunds/{refund}/restock",
        "Goods of a refund came back after it: they are on the shelf again",
        {200: models.RefundView},
        body=models.RefundRestock,
        problems=(404, 409),
    ),
)
