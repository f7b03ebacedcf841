"""What commerce can be told to do: one frozen record per command, typed by its answer (`Command[Order]`).

A command that exists is well formed: its constructor checks types, ranges and lengths and raises errors.Invalid naming
the field. Whether it fits what is stored is decided by its function inside the transaction.

`merchant` is always the tenant's surrogate key, taken by the server from a session, a room or a stream key and never
from a client. All other ids are public.
"""

from commerce.commands.base import Command
from commerce.commands.buying import (
    CancelOrder,
    CountTouch,
    CreateLink,
    ExpireOrders,
    FinishOrders,
    NameViewer,
    NoteTouch,
    PlaceOrder,
    ReceiveOrder,
    RecordPayment,
    RefundOrder,
    RevokeLink,
    SetCartLine,
    ShipOrder,
    Wanted,
)
from commerce.commands.selling import (
    CloseSession,
    CreateChannel,
    CreateMerchant,
    CreateProduct,
    CreateShow,
    CreateUser,
    NewSku,
    OpenSession,
    Pin,
    ReceiveStock,
    RotateStreamKey,
    SetLockRule,
    SetPassword,
    SetShelf,
    ShelfEntry,
    UpdateRoom,
    UpdateShow,
)

__all__ = [
    "CancelOrder",
    "CloseSession",
    "Command",
    "CountTouch",
    "CreateChannel",
    "CreateLink",
    "CreateMerchant",
    "CreateProduct",
    "CreateShow",
    "CreateUser",
    "ExpireOrders",
    "FinishOrders",
    "NameViewer",
    "NewSku",
    "NoteTouch",
    "OpenSession",
    "Pin",
    "PlaceOrder",
    "ReceiveOrder",
    "ReceiveStock",
    "RecordPayment",
    "RefundOrder",
    "RevokeLink",
    "RotateStreamKey",
    "SetCartLine",
    "SetLockRule",
    "SetPassword",
    "SetShelf",
    "ShelfEntry",
    "ShipOrder",
    "UpdateRoom",
    "UpdateShow",
    "Wanted",
]
