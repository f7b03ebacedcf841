"""The command line: serve, demo, doctor, config, merchant, user; what is done with a whole store is in cli_store."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path

from prometheus_client import CollectorRegistry

from commerce import commands, questions
from commerce.directory.people import hash_password
from commerce.errors import CommerceError
from commerce.service import Commerce
from config import describe
from config.load import ConfigError, load
from config.metrics import Metrics
from config.settings import Settings
from signaling import cli_leaving, cli_store

DEFAULT_FILE = Path("fenbo.toml")  # taken when it is there and no other is named
HQ, DESK = (
    ("owner", "operator", "host", "assistant", "finance", "auditor"),
    ("channel_owner", "staff", "channel_assistant"),
)
USAGE_ERROR = 2
INTERRUPTED = 130  # as shells say of whoever was ended by Ctrl-C


def run(arguments: Sequence[str]) -> int:
    """The process's exit code. What argparse does not know are options of the configuration (`--http.port 0`)."""
    if arguments[:1] == ["demo"]:
        from signaling import demo  # noqa: PLC0415  # each verb loads what it needs: a node takes a second

        return demo.main(arguments[1:])  # it has options of its own
    known, rest = _parser().parse_known_args(arguments)
    try:
        code: int = known.act(known, rest)
    except (ConfigError, CommerceError) as error:
        sys.stderr.write(f"fenbo: {error}\n")
        return USAGE_ERROR
    except OSError as error:  # no such folder, no space left, not permitted: the system's words say which
        if error.errno is None or known.verb == "serve":  # of a server one wants to know where
            raise
        sys.stderr.write(f"fenbo: {error.filename or known.verb}: {error.strerror}\n")
        return USAGE_ERROR
    except KeyboardInterrupt:
        sys.stderr.write("fenbo: interrupted\n")
        return INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("fenbo", description="Self-hosted live-commerce relay.", allow_abbrev=False)
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    _verb(verbs, "serve", _serve, "run a node").add_argument(
        "--addresses", type=Path, metavar="FILE", help="write all addresses there, as JSON, once everything listens"
    )
    verbs.add_parser("demo", help="run a node with a generated broadcast, three channels and a shelf")
    _verb(verbs, "doctor", _doctor, "say which fan-out is in use and which WebRTC candidates can be reached")
    show = _verb(verbs, "config", _config, "print the sample file or the reference, or check the configuration")
    show.add_argument("what", choices=("sample", "reference", "check"), nargs="?", default="check")
    merchant = _verb(verbs, "merchant", _merchant_add, "add a merchant")
    merchant.add_argument("add", choices=("add",))
    merchant.add_argument("name")
    merchant.add_argument("--room", required=True, help="address of the house's own room, /r/ROOM")
    merchant.add_argument("--timezone", default="Asia/Shanghai")
    merchant.add_argument("--currency", default="CNY")
    merchant.add_argument("--language", default="zh", choices=("zh", "en"))
    user = _verb(verbs, "user", _user, "people who log in at /hq: add one, or set a password; it is asked for")
    user.add_argument("what", choices=("add", "passwd"))
    user.add_argument("name")
    user.add_argument("--merchant", help="the merchant's name or id, to add somebody")
    user.add_argument("--role", default="owner", choices=(*HQ, *DESK))
    user.add_argument("--channel", help="a channel's id: whose desk it is, for a channel's owner, staff or assistant")
    _stores(verbs)
    _leaving(verbs)
    return parser


def _stores(verbs: Verbs) -> None:  # type: ignore[valid-type]
    """The verbs about a whole store."""
    _verb(verbs, "audit", _on_store(cli_store.audit), "check everything that must be true of the store")
    backup = _verb(verbs, "backup", _on_store(cli_store.backup), "one moment of the store, in use or not, as a file")
    backup.add_argument("file", type=Path, help="a new SQLite file, or a directory for one named by the time")
    bring = _verb(verbs, "restore", _on_store(cli_store.restore), "a backup as the configured store, which is empty")
    bring.add_argument("file", type=Path)
    move = _verb(verbs, "migrate-store", _on_store(cli_store.move), "everything of the SQLite file into PostgreSQL")
    bill = _verb(verbs, "reconcile", _on_store(cli_store.reconcile), "a provider's bill beside the books, as CSV")
    bill.add_argument(
        "bill", type=Path, help="as the provider gives it, or CSV with payment, kind (paid, refund), amount, currency"
    )
    bill.add_argument("--merchant", required=True, help="the merchant's name or id")
    bill.add_argument("--provider", default="sandbox", help="alipay, stripe, wechat or sandbox")
    bill.add_argument("--since", required=True, metavar="DAY", type=_day, help="first day of the bill, 2026-01-31, UTC")
    bill.add_argument("--until", required=True, metavar="DAY", type=_day, help="its last day")
    move.add_argument("target", help="postgresql:// URL of an empty database")


VERIFY_KEY = (
    "the public key, from outside: 64 hex digits, or a file with them; given twice for a merchant who moved: that of "
    "before and that of now. Exits with 0 when all holds, 1 when anything is wrong, 3 when nothing is, but some is "
    "under a key that was not given"
)


def _leaving(verbs: Verbs) -> None:  # type: ignore[valid-type]
    """The verbs of leaving, and of proof."""
    leave = _verb(verbs, "export", _on_store(cli_leaving.export), "everything of a merchant, or a channel, as a folder")
    leave.add_argument("folder", type=Path, help="an empty folder, or one to be made")
    leave.add_argument("--merchant", required=True, help="name or id")
    leave.add_argument("--channel", help="its id or the name of its room: only what is this partner's own")
    bring = _verb(verbs, "import", _on_store(cli_leaving.arrive), "an export into this fresh installation")
    bring.add_argument("folder", type=Path)
    bring.add_argument("--key", help="the old log's public key, from outside: only what it signed is let in")
    last = _verb(verbs, "farewell", _on_store(cli_leaving.farewell), "a signed folder for every merchant and channel")
    last.add_argument("folder", type=Path)
    key = _verb(verbs, "log-key", _on_store(cli_leaving.log_key), "the public key that statements are checked with")
    key.add_argument(
        "--rotate",
        action="store_true",
        help="make a new one first, endorsed by the one before it; a node that runs signs with the old one until it is "
        "started again: start all again before you hand the new one out",
    )
    check = _verb(
        verbs, "verify", lambda known, _: cli_leaving.verify(known), "check a statement or a whole export, offline"
    )
    check.add_argument("statement", type=Path, help="its file; or the folder of an export or a farewell")
    check.add_argument("--key", required=True, action="append", help=VERIFY_KEY)
    check.add_argument("--head", type=Path, help="another partner's statement or head: both must be of one history")
    check.add_argument("--proof", type=Path, help='{"hashes": [...]} that leads from one head to the other')


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


Verbs = "argparse._SubParsersAction[argparse.ArgumentParser]"
Act = Callable[[argparse.Namespace, list[str]], int]


def _verb(verbs: Verbs, name: str, act: Act, text: str) -> argparse.ArgumentParser:  # type: ignore[valid-type]
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text, allow_abbrev=False)  # type: ignore[attr-defined]
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration file (default: fenbo.toml, if any)")
    parser.set_defaults(act=act, verb=name)
    return parser


def _settings(known: argparse.Namespace, rest: list[str]) -> Settings:
    path: Path | None = known.config
    if path is None and DEFAULT_FILE.is_file():
        path = DEFAULT_FILE
    return load(path, os.environ, rest)


def _on_store(act: Callable[[Settings, argparse.Namespace], int]) -> Act:
    return lambda known, rest: act(_settings(known, rest), known)


def _serve(known: argparse.Namespace, rest: list[str]) -> int:
    from signaling.serve import serve  # noqa: PLC0415

    return serve(_settings(known, rest), known.addresses)


def _doctor(known: argparse.Namespace, rest: list[str]) -> int:
    from signaling import doctor  # noqa: PLC0415

    report = asyncio.run(doctor.examine(_settings(known, rest).webrtc))
    sys.stdout.write("".join(f"{line}\n" for line in report.lines))
    return 0 if report.healthy else 1


def _config(known: argparse.Namespace, rest: list[str]) -> int:
    if known.what == "check":
        _settings(known, rest)
        sys.stdout.write("the configuration is fine\n")
    else:
        text = describe.sample() if known.what == "sample" else describe.table()
        sys.stdout.write(text)
    return 0


def _merchant_add(known: argparse.Namespace, rest: list[str]) -> int:
    command = commands.CreateMerchant(known.name, known.room, known.timezone, known.currency, known.language)

    async def add(commerce: Commerce) -> str:
        merchant = await commerce.execute(command)
        return f"{merchant.merchant}  {merchant.name}  /r/{command.room}"

    return _with_commerce(_settings(known, rest), add)


def _user(known: argparse.Namespace, rest: list[str]) -> int:
    settings = _settings(known, rest)
    if known.what == "add" and known.merchant is None:
        raise ConfigError(["user add needs --merchant"])
    if known.what == "add" and known.role in DESK and known.channel is None:
        raise ConfigError([f"a {known.role} needs --channel: whose desk it is"])
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    hashed = hash_password(password)

    async def act(commerce: Commerce) -> str:
        if known.what == "passwd":
            await commerce.execute(commands.SetPassword(known.name, hashed))
            return str(known.name)
        merchants = await commerce.ask(questions.merchants)
        found = [merchant for merchant in merchants if known.merchant in (merchant.merchant, merchant.name)]
        if len(found) != 1:
            raise ConfigError([f"{len(found)} merchants are called {known.merchant}"])
        return await commerce.execute(commands.CreateUser(found[0].id, known.name, hashed, known.role, known.channel))

    return _with_commerce(settings, act)


def _with_commerce(settings: Settings, act: Callable[[Commerce], Awaitable[str]]) -> int:
    """Runs one act on the store and prints what it answers."""

    async def work() -> str:
        commerce = await Commerce.open(
            settings.database,
            settings.payments,
            settings.data_dir,
            Metrics(CollectorRegistry()),
            secret=settings.secret,
        )
        try:
            return await act(commerce)
        finally:
            await commerce.close()

    sys.stdout.write(asyncio.run(work()) + "\n")
    return 0
