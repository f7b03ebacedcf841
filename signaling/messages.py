"""The messages of a room's WebSocket, both ways: models that validate, serialise and document (PROTOCOLS section 5).

Facts carry the stream they belong to and their place in it: `room` (this room's chat and notices) or `show` (shelf,
stock, pins, the show's state - the same for all rooms). A client that comes back says the last places it knows.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from signaling.api.models import ChannelState, Moment, Request, RoomView, ShelfItem, ShowView

# Goes up when a client of before would misunderstand; what is only added does not change it.
PROTOCOL_VERSION: Final = 1
LIKES_MAX = 200  # in one message: a fast thumb between two sends


class Place(Request):
    """A place in a stream: offsets count up by one from 1 and start again with every new epoch."""

    epoch: Annotated[str, StringConstraints(max_length=32)]
    offset: Annotated[int, Field(ge=0, le=2**53)]


class Hello(Request):
    """The first message. With the places of the last connection it resumes; without it gets a snapshot.

    `version` is the protocol that the client speaks; another than the server's is refused, naming the field.
    """

    type: Literal["hello"]
    version: Literal[1] = PROTOCOL_VERSION
    room_since: Place | None = None
    show_since: Place | None = None


class Chat(Request):
    """A line to say. `id` is the client's own, and comes back with the line.

    Whoever does not know whether it was heard says it again with the same id and text: the room has it once.
    """

    type: Literal["chat"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    text: str


class Likes(Request):
    """Hearts since the last message."""

    type: Literal["likes"]
    count: Annotated[int, Field(ge=1, le=LIKES_MAX)]


class Ping(Request):
    """Asks for a pong."""

    type: Literal["ping"]


ClientMessage = Annotated[Hello | Chat | Likes | Ping, Field(discriminator="type")]
CLIENT_MESSAGE: TypeAdapter[Hello | Chat | Likes | Ping] = TypeAdapter(ClientMessage)


class Frame(BaseModel):
    """A message of the server."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True, validate_by_name=True)

    def encode(self) -> bytes:
        """The one serialisation that every member gets."""
        return self.model_dump_json().encode()


class At(Frame):
    """A message that has a place in a stream."""

    epoch: str = ""
    offset: int = 0

    def body(self) -> bytes:
        """The message as it goes to the bus, which gives it its place."""
        return self.model_dump_json(exclude={"epoch", "offset"}).encode()


class Speaker(Frame):
    """Who said a line: the viewer's public id and display name."""

    id: str
    name: str


class PlaceView(Frame):
    """Where a stream is now."""

    epoch: str
    offset: int


class Welcome(Frame):
    """The answer to hello: who one is and where the streams are. When not resumed a snapshot follows."""

    type: Literal["welcome"] = "welcome"
    version: Literal[1] = PROTOCOL_VERSION
    viewer: Speaker
    room: PlaceView
    show: PlaceView
    resumed: bool


class ChatLine(At):
    """A line said in this room."""

    type: Literal["chat"] = "chat"
    stream: Literal["room"] = "room"
    at: Moment
    sender: Speaker = Field(alias="from")
    text: str
    id: str

    @classmethod
    def new(cls, sender: Speaker, text: str, id_: str, at: datetime) -> ChatLine:
        return cls(at=at, sender=sender, text=text, id=id_)

    @property
    def name(self) -> str:
        """What makes it this line, however often it is said. With the text: a client may merely count its ids."""
        return blake2b("\0".join((self.sender.id, self.id, self.text)).encode(), digest_size=12).hexdigest()


class Notice(At):
    """The room's notice has changed."""

    type: Literal["notice"] = "notice"
    stream: Literal["room"] = "room"
    at: Moment
    text: str


class HostAnswer(At):
    """The host answers a question of this room. `from` asked, `asked` is the question."""

    type: Literal["answer"] = "answer"
    stream: Literal["room"] = "room"
    at: Moment
    question: str
    sender: Speaker = Field(alias="from")
    asked: str
    text: str


class Removed(At):
    """Lines were taken down: the one at `line`, or all that `viewer` said, with the answers that quote him; in this
    room, or (stream `show`) in all."""

    type: Literal["removed"] = "removed"
    stream: Literal["room", "show"] = "room"
    line: PlaceView | None = None
    viewer: str | None = None


class RuleView(Frame):
    """How is talked: a line every `slow_seconds` at most (0: no wait), nobody (`muted`), after approval (`held`)."""

    slow_seconds: int = 0
    muted: bool = False
    held: bool = False


class RulesChanged(At):
    """This room's rule, or (stream `show`) that of all rooms; the stricter of the two holds."""

    type: Literal["rules"] = "rules"
    stream: Literal["room", "show"] = "room"
    rule: RuleView


class Announcement(At):
    """HQ says something in all rooms."""

    type: Literal["announcement"] = "announcement"
    stream: Literal["show"] = "show"
    at: Moment
    id: str
    text: str


class RestrictionView(Frame):
    """What keeps this viewer quiet or out. `appeal` is null until he has asked for another look: then its state."""

    reason: str
    all_rooms: bool
    until: Moment | None = Field(description="null: until somebody lifts it")
    appeal: Literal["open", "granted", "refused"] | None
    answer: str = Field(description="what was answered to the appeal")


class Standing(Frame):
    """To this member alone: what he may do here; after hello and when it changes. Banned, the socket closes (4403)."""

    type: Literal["standing"] = "standing"
    muted: RestrictionView | None
    banned: RestrictionView | None
    room_rule: RuleView
    all_rule: RuleView


class Held(Frame):
    """To this member alone: his line `id` waits for approval."""

    type: Literal["held"] = "held"
    id: str


class Said(Frame):
    """To this member alone: his line `id` was said already, and is not said a second time."""

    type: Literal["said"] = "said"
    id: str


class LineState(Frame):
    """Whether the rooms can be reached: while they cannot, lines are refused; afterwards what was missed comes."""

    type: Literal["line"] = "line"
    up: bool


Recalled = Annotated[ChatLine | HostAnswer, Field(discriminator="type")]  # what a room remembers
RECALLED: TypeAdapter[ChatLine | HostAnswer] = TypeAdapter(Recalled)


class Snapshot(Frame):
    """The room as it is now, and the latest lines and answers."""

    type: Literal["snapshot"] = "snapshot"
    room: RoomView
    chat: list[Recalled]


class ShowStateChanged(At):
    """The show was announced, began, paused or ended, or its media can be played from now on; null: no show.

    The same bytes go to all rooms, so `show.whep` is null here: a room knows its own, `/r/<room>/whep`.
    """

    type: Literal["show_state"] = "show_state"
    stream: Literal["show"] = "show"
    show: ShowView | None


class ShelfChanged(At):
    """The whole shelf, anew."""

    type: Literal["shelf"] = "shelf"
    stream: Literal["show"] = "show"
    shelf: list[ShelfItem]


class HiddenChanged(At):
    """What this room does not show has changed: its shelf as it is now. `hidden` is for shelves of the show stream."""

    type: Literal["hidden"] = "hidden"
    stream: Literal["room"] = "room"
    hidden: list[str]
    shelf: list[ShelfItem]


class RoomStateChanged(At):
    """The room's channel was suspended, resumed or closed: whoever is in it sees at once what can be bought."""

    type: Literal["room_state"] = "room_state"
    stream: Literal["room"] = "room"
    state: ChannelState


class StockChanged(At):
    """What is left of a SKU."""

    type: Literal["stock"] = "stock"
    stream: Literal["show"] = "show"
    sku: str
    free: int


class SaleChanged(At):
    """What is left of a flash sale of a SKU; 0: sold out."""

    type: Literal["sale"] = "sale"
    stream: Literal["show"] = "show"
    sale: str
    sku: str
    left: int


class PinChanged(At):
    """A product was pinned or let go."""

    type: Literal["pin"] = "pin"
    stream: Literal["show"] = "show"
    product: str
    pinned: bool


class Presence(Frame):
    """Members in this room, and in all rooms of the merchant. At most once a second."""

    type: Literal["presence"] = "presence"
    viewers: int
    total: int


class LikesSum(Frame):
    """Hearts in this room since the last such message. At most once a second."""

    type: Literal["likes"] = "likes"
    count: int


class Dropped(Frame):
    """A flood: the lines with offsets `from` to `to` that this member did not get, `count` of them."""

    type: Literal["dropped"] = "dropped"
    stream: Literal["room"] = "room"
    start: int = Field(alias="from")
    end: int = Field(alias="to")
    count: int


class ErrorMessage(Frame):
    """Something was wrong with the client's message; `retry_after` is in seconds."""

    type: Literal["error"] = "error"
    field: str
    detail: str
    id: str | None = Field(None, description="the chat id that it is about")
    retry_after: float | None = None


class Pong(Frame):
    """The answer to ping."""

    type: Literal["pong"] = "pong"


ServerMessage = Annotated[
    Welcome
    | Snapshot
    | ChatLine
    | Notice
    | HostAnswer
    | Removed
    | RulesChanged
    | Announcement
    | Standing
    | Held
    | Said
    | LineState
    | ShowStateChanged
    | ShelfChanged
    | HiddenChanged
    | RoomStateChanged
    | StockChanged
    | SaleChanged
    | PinChanged
    | Presence
    | LikesSum
    | Dropped
    | ErrorMessage
    | Pong,
    Field(discriminator="type"),
]
SERVER_MESSAGE: TypeAdapter[Frame] = TypeAdapter(ServerMessage)
