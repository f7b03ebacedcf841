"""A merchant's list of words. How words are compared is signaling's; here they are kept."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select

from commerce.commands import PutWords, RemoveWord
from commerce.commands.talking import WORDS_MAX
from commerce.errors import Conflict
from commerce.events import WordsChanged
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.talk import views
from commerce.talk.acts import log

NAMED = 10  # words that the log names; of a long list it says how many
SLICE = 500  # in one statement


def put_words(unit: Unit, command: PutWords) -> int:
    """Words that are there already take their new action."""
    table, words = tables.word, {word.folded: word for word in command.words}
    folded = list(words)
    for start in range(0, len(folded), SLICE):
        known = table.c.folded.in_(folded[start : start + SLICE])
        unit.connection.execute(delete(table).where(table.c.merchant_id == command.merchant, known))
    count = unit.connection.execute(
        select(func.count()).select_from(table).where(table.c.merchant_id == command.merchant)
    ).scalar_one()
    if count + len(words) > WORDS_MAX:
        raise Conflict("words", f"a list has at most {WORDS_MAX} words")
    rows = [
        {"id": unit.new_id(), "merchant_id": command.merchant, "word": w.word, "folded": w.folded, "action": w.action}
        for w in words.values()
    ]
    unit.connection.execute(insert(table), rows)
    log(unit, command.merchant, "words", command.by, text=_named([word.word for word in words.values()]))
    unit.tell(WordsChanged(command.merchant))
    return count + len(rows)


def _named(words: list[str]) -> str:
    more = len(words) - NAMED
    return ", ".join(words[:NAMED]) + (f" +{more}" if more > 0 else "")


def remove_word(unit: Unit, command: RemoveWord) -> None:
    """Off the list."""
    table = tables.word
    mine = (table.c.merchant_id == command.merchant, table.c.folded == command.folded)
    word = unit.connection.execute(select(table.c.word).where(*mine)).scalar()
    if word is None:
        return
    unit.connection.execute(delete(table).where(*mine))
    log(unit, command.merchant, "unword", command.by, text=word)
    unit.tell(WordsChanged(command.merchant))


def find_words(connected: Connected, merchant: int) -> tuple[views.Word, ...]:
    """The whole list, in order."""
    table = tables.word
    query = select(table.c.word, table.c.folded, table.c.action).where(table.c.merchant_id == merchant)
    return tuple(views.Word(*row) for row in connected.connection.execute(query.order_by(table.c.folded)))
