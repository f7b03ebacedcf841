"""Questions to the host: from all rooms into one queue, and each answer back to the room that asked."""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from commerce.commands import AnswerQuestion, AskHost
from commerce.errors import Conflict, NotFound, WrongState
from commerce.events import QuestionAnswered
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.talk import views
from commerce.talk.acts import in_room, log
from commerce.times import aware
from commerce.visits import find_place

OPEN_MAX = 2_000  # of one merchant
OPEN_PER_VIEWER_MAX = 3
LISTED_MAX = 200


def ask_host(unit: Unit, command: AskHost) -> None:
    """Into the queue; asked again after a lost connection it stands there once."""
    place, table = find_place(unit, command.room), tables.question
    waiting = (table.c.merchant_id == place.tenant.id, table.c.state == "open")
    same = (table.c.viewer == command.viewer, table.c.text == command.text, table.c.room_id == place.room)
    if unit.connection.execute(select(table.c.id).where(*waiting, *same)).first():
        return
    count = select(func.count()).select_from(table).where(*waiting)
    if unit.connection.execute(count.where(table.c.viewer == command.viewer)).scalar_one() >= OPEN_PER_VIEWER_MAX:
        raise Conflict("text", "the host has not answered your questions yet")
    if unit.connection.execute(count).scalar_one() >= OPEN_MAX:
        raise Conflict("text", "too many questions wait for the host")
    row = {"id": unit.new_id(), "merchant_id": place.tenant.id, "public_id": public_id(), "room_id": place.room}
    said = {"viewer": command.viewer, "name": command.name, "text": command.text, "state": "open", "at": unit.now}
    unit.connection.execute(insert(table), row | said)


def answer_question(unit: Unit, command: AnswerQuestion) -> None:
    """With words, to the room; without, it is put aside."""
    table, room = tables.question, tables.room
    query = select(table, room.c.slug).join(room, room.c.id == table.c.room_id)
    row = unit.connection.execute(
        query.where(table.c.merchant_id == command.merchant, table.c.public_id == command.question).where(
            *in_room(command.within)
        )
    ).first()
    if row is None:
        raise NotFound("question", "no such question")
    if row.state != "open":
        raise WrongState("question", row.state, "answering")
    state = "answered" if command.answer else "dismissed"
    done = {"state": state, "answer": command.answer, "answered_by": command.by}
    unit.connection.execute(update(table).where(table.c.id == row.id).values(done))
    kind = "answer" if command.answer else "aside"
    log(unit, command.merchant, kind, command.by, row.room_id, viewer=row.viewer, name=row.name, text=command.answer)
    if command.answer:
        said = (row.viewer, row.name, row.text, command.answer)
        unit.tell(QuestionAnswered(command.merchant, row.slug, command.question, *said))


def find_asked(connected: Connected, merchant: int, within: str | None = None) -> tuple[views.Asked, ...]:
    """Open questions, oldest first, at most 200."""
    table, room = tables.question, tables.room
    query = (
        select(table, room.c.slug)
        .join(room, room.c.id == table.c.room_id)
        .where(table.c.merchant_id == merchant, table.c.state == "open", *in_room(within))
        .order_by(table.c.id)
        .limit(LISTED_MAX)
    )
    return tuple(
        views.Asked(row.public_id, row.slug, row.viewer, row.name, row.text, aware(row.at))
        for row in connected.connection.execute(query)
    )
