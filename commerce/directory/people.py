"""People who log in, and their sessions. Passwords are argon2id; session tokens are kept as SHA-256 only."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update

from commerce import views
from commerce.checks import storable
from commerce.commands import CloseSession, CreateUser, OpenSession, SetPassword
from commerce.directory.channels import channel_key
from commerce.directory.merchants import find_merchant
from commerce.errors import BadCredentials, Conflict, Invalid, NotFound
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.times import aware

PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 200
TOKEN_BYTES = 20  # 160 bits
REFUSED = "user and password do not match"


def hash_password(password: str) -> str:
    """An argon2id hash; takes tens of milliseconds by design, so never on the event loop or in the writer."""
    if not isinstance(password, str) or not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise Invalid("password", f"must have {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters")
    return PasswordHasher().hash(password)


def create_user(unit: Unit, command: CreateUser) -> str:
    """A login name is unique in the installation, whatever its case."""
    find_merchant(unit, command.merchant)
    folded = command.user.casefold()
    if unit.connection.execute(select(tables.login.c.id).where(tables.login.c.name_folded == folded)).first():
        raise Conflict("user", "this name is taken")
    channel = None if command.channel is None else channel_key(unit, command.merchant, command.channel)
    row = {
        "id": unit.new_id(),
        "merchant_id": command.merchant,
        "name": command.user,
        "name_folded": folded,
        "password_hash": command.password_hash,
        "role": command.role,
        "channel_id": channel,
        "created_at": unit.now,
    }
    unit.connection.execute(insert(tables.login), row)
    return command.user


def set_password(unit: Unit, command: SetPassword) -> None:
    """Whoever was logged in with the old one is so no longer."""
    name = tables.login.c.name_folded == command.user.casefold()
    login = unit.connection.execute(select(tables.login.c.id).where(name)).scalar()
    if login is None:
        raise NotFound("user", "nobody is called that")
    changed = update(tables.login).where(tables.login.c.id == login).values(password_hash=command.password_hash)
    unit.connection.execute(changed)
    unit.connection.execute(delete(tables.session).where(tables.session.c.login_id == login))


def proven_login(connected: Connected, user: str, password: str) -> int:
    """The login's key when the password is right; BadCredentials after the same work when the name is unknown."""
    name = str(user).casefold()
    query = select(tables.login.c.id, tables.login.c.password_hash).where(tables.login.c.name_folded == name)
    row = connected.connection.execute(query).first() if storable(name) else None
    hasher = PasswordHasher()
    if row is None:
        hasher.hash(_bounded(password))
        raise BadCredentials("password", REFUSED)
    try:
        hasher.verify(row.password_hash, _bounded(password))
    except (VerificationError, InvalidHashError) as error:
        raise BadCredentials("password", REFUSED) from error
    return int(row.id)


def _bounded(password: str) -> bytes:
    """One character more than a password can have is enough to be wrong."""
    return str(password)[: PASSWORD_CHARS_MAX + 1].encode("utf-8", "surrogatepass")


def open_session(unit: Unit, command: OpenSession) -> views.Session:
    """A new session; those that are over are swept away on the way."""
    table = tables.session
    unit.connection.execute(delete(table).where(table.c.expires_at <= unit.now))
    merchant = unit.connection.execute(
        select(tables.login.c.merchant_id).where(tables.login.c.id == command.login)
    ).scalar_one()
    token, csrf = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = unit.now + command.seconds * 1000
    row = {"id": unit.new_id(), "merchant_id": merchant, "login_id": command.login, "digest": digest(token)}
    unit.connection.execute(insert(table), row | {"csrf": csrf, "created_at": unit.now, "expires_at": expires_at})
    return views.Session(token, find_me(unit, token), aware(expires_at))


def close_session(unit: Unit, command: CloseSession) -> None:
    """Logging out."""
    unit.connection.execute(delete(tables.session).where(tables.session.c.digest == digest(command.token)))


def digest(secret: str) -> bytes:
    """How tokens and stream keys are kept: they have 160 random bits, so plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def find_me(connected: Connected, token: str) -> views.Me:
    """Who the session belongs to; BadCredentials when there is none, or it is over."""
    session, login = tables.session, tables.login
    query = (
        select(login.c.id, login.c.name, login.c.role, login.c.merchant_id, session.c.csrf, tables.channel.c.public_id)
        .join(login, login.c.id == session.c.login_id)
        .outerjoin(tables.channel, tables.channel.c.id == login.c.channel_id)
        .where(session.c.digest == digest(token), session.c.expires_at > connected.now)
    )
    row = connected.connection.execute(query).first()
    if row is None:
        raise BadCredentials("session", "log in first")
    merchant = find_merchant(connected, row.merchant_id)
    return views.Me(row.id, row.name, row.role, merchant, row.public_id, row.csrf)
