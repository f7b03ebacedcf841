"""The life of WHIP and WHEP sessions: offered, answered, set up, playing or publishing, ended. HTTP is elsewhere."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from config.metrics import Metrics
from config.settings import WebrtcSettings
from relay.errors import BadSdp, NotAvailable, Refused
from relay.hub import Broadcast
from relay.media import Codec, Kind, Track
from relay.outlet import Outlet
from relay.source import Source
from relay.webrtc import answer, negotiate, sdp
from relay.webrtc.candidates import Candidate
from relay.webrtc.dtls import Endpoint, Identity
from relay.webrtc.ice import Agent, Credentials, new_credentials
from relay.webrtc.ingest import Ingest
from relay.webrtc.negotiate import Chosen
from relay.webrtc.peer import Media, Peer
from relay.webrtc.play import Play
from relay.webrtc.port import Port
from relay.webrtc.session import Egress

log = logging.getLogger(__name__)

TICK_S = 0.1  # handshake repeats are due after 0.2 s at the earliest
TICKS_PER_SWEEP = 10  # how often the sessions that play are asked for consent
ID_BYTES = 16
PICTURE_S_MAX = 2.0  # a transcoder makes its first key frame sooner; without a source, nothing will come


@dataclass(slots=True)
class Session:
    """A WHIP or WHEP session as HTTP knows it. `etag` names the ICE session (RFC 9725, section 4.3.1), unquoted.

    `newcomer_of` is the address that it counts for while it is not connected; "" is nobody's. `zero` is the video and
    audio RTP time stamp of the broadcast's time zero, of a WHEP session.
    """

    id: str
    kind: Literal["whip", "whep"]
    etag: str
    answer: str
    peer: Peer
    remote: sdp.Fragment
    mids: list[str]
    media_line: str
    bearer: str
    broadcast: Broadcast | None
    newcomer_of: str
    zero: tuple[int, int] | None


@dataclass(slots=True)
class Restarted:
    """The answer to an ICE restart."""

    etag: str
    fragment: str


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a new session is made of."""

    kind: Literal["whip", "whep"]
    offer: sdp.Offer
    chosen: Chosen
    media: Media
    sending: answer.Sending | None
    bearer: str
    broadcast: Broadcast | None
    newcomer_of: str = ""
    zero: tuple[int, int] | None = None


@dataclass(slots=True)
class Stage:
    """What a broadcast's viewers watch, and the fan-out to them; `sessions` are those who count on it."""

    outlet: Outlet
    egress: Egress
    sessions: set[str] = field(default_factory=set)


class Engine:
    """All sessions of one port. Used on the loop only."""

    def __init__(
        self,
        port: Port,
        candidates: list[Candidate],
        settings: WebrtcSettings,
        metrics: Metrics,
        open_stage: Callable[[Broadcast], Stage],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._port, self._candidates, self._metrics = port, candidates, metrics
        self._open_stage = open_stage
        self._clock = clock
        self._identity = Identity()
        self._sessions: dict[str, Session] = {}
        self._settling: dict[str, Session] = {}
        self._newcomers: Counter[str] = Counter()  # by address: WHEP sessions not connected, and offers to become one
        self._stages: dict[Broadcast, Stage] = {}
        self._strangers: dict[str, int] = {}
        self._asking = 0
        self._ticks = 0
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    @property
    def sessions(self) -> int:
        return len(self._sessions)

    def find(self, session_id: str) -> Session:
        """Raises `NotAvailable`."""
        try:
            return self._sessions[session_id]
        except KeyError:
            raise NotAvailable("no such session") from None

    async def whep(self, broadcast: Broadcast, offer_sdp: str, bearer: str = "", address: str = "") -> Session:
        """A viewer's offer answered. Raises `BadSdp`, `Refused`, and `NotAvailable` when there is no picture yet.

        `address` is the viewer's household (config.household); "" is unknown and has no limit of its own.
        """
        with self._counted():
            self._come(address)
            try:
                return await self._whep(broadcast, offer_sdp, bearer, address)
            except BaseException:
                self._connected_or_gone(address)
                raise

    async def _whep(self, broadcast: Broadcast, offer_sdp: str, bearer: str, address: str) -> Session:
        offer = self._offer(offer_sdp)
        session_id = _new_id()
        stage = self._enter(broadcast, session_id)
        try:
            track = await picture(stage.outlet)
            chosen = negotiate.choose_playback(offer, profile_of(track))
            play = Play(chosen, stage.egress, lambda reason: self._ended(session_id, reason))
            sending = play.sending(track.config)
            terms = _Terms("whep", offer, chosen, play, sending, bearer, broadcast, address, play.zero)
            return self._answer(session_id, terms)
        except BaseException:
            self._leave(broadcast, session_id)
            raise

    async def whip(self, offer_sdp: str, authorise: Callable[[], Awaitable[Source]], bearer: str = "") -> Session:
        """A publisher's offer answered. Raises `BadSdp`, `Refused`, and what `authorise` raises."""
        with self._counted():
            offer = self._offer(offer_sdp)
            chosen = negotiate.choose_ingest(offer)
            source = await authorise()
        session_id = _new_id()
        ingest = Ingest(chosen, source, self._metrics, lambda reason: self._ended(session_id, reason))
        session = self._answer(session_id, _Terms("whip", offer, chosen, ingest, None, bearer, None))
        source.on_close(lambda _: session.peer.end("source_closed"))
        return session

    def patch(self, session: Session, fragment_sdp: str) -> Restarted | None:
        """A trickled candidate (nothing to do for a lite agent: None) or an ICE restart. Raises `BadSdp`."""
        fragment = sdp.parse_fragment(fragment_sdp)
        if not fragment.ufrag or fragment == session.remote:
            return None
        credentials = new_credentials()
        session.peer.agent.restart(credentials, fragment.ufrag)
        self._port.attach(session.peer)
        session.remote, session.etag = fragment, _new_id()
        transport = self._transport(credentials, "passive")
        return Restarted(session.etag, answer.render_restart(session.mids, session.media_line, transport))

    def delete(self, session: Session) -> None:
        """The peer has said that it leaves."""
        session.peer.end("deleted")

    def end(self, broadcast: Broadcast) -> None:
        """The show is over: its viewers are told so."""
        for session in [session for session in self._sessions.values() if session.broadcast is broadcast]:
            session.peer.end("show_ended")

    def close(self) -> None:
        """Everybody is told to go; the port stays open for the goodbyes."""
        self._timer.cancel()
        for session in list(self._sessions.values()):
            session.peer.end("shutdown")

    def _offer(self, text: str) -> sdp.Offer:
        """An offer read, if there is room for one more session. Raises `Refused`, `BadSdp`."""
        if len(self._sessions) + self._asking > self.settings.sessions_max:
            raise Refused("over_limit", f"{self.settings.sessions_max} sessions are what this server takes")
        return sdp.parse_offer(text)

    def _come(self, address: str) -> None:
        """Another newcomer: offers that never connect must not take every place. Raises `Refused`."""
        if not address:
            return
        if self._newcomers[address] >= self.settings.newcomers_per_address_max:
            raise Refused("address_limit", "too many sessions of this address are not connected yet")
        self._newcomers[address] += 1

    def _connected_or_gone(self, address: str) -> None:
        """One newcomer less."""
        if address:
            self._newcomers[address] -= 1
            if not self._newcomers[address]:
                del self._newcomers[address]

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """An offer on its way to a session, which takes a place as well. Refusals pass, and are counted by reason."""
        self._asking += 1
        try:
            yield
        except Refused as refused:
            self._metrics.webrtc_refused.labels(refused.reason).inc()
            raise
        except BadSdp:
            self._metrics.webrtc_refused.labels("bad_sdp").inc()
            raise
        except NotAvailable:
            self._metrics.webrtc_refused.labels("no_picture").inc()
            raise
        finally:
            self._asking -= 1

    def _enter(self, broadcast: Broadcast, session_id: str) -> Stage:
        """The broadcast's stage, opened by its first session."""
        stage = self._stages.get(broadcast)
        if stage is None:
            stage = self._stages[broadcast] = self._open_stage(broadcast)
        stage.sessions.add(session_id)
        return stage

    def _leave(self, broadcast: Broadcast, session_id: str) -> None:
        """The last one closes it."""
        stage = self._stages[broadcast]
        stage.sessions.discard(session_id)
        if not stage.sessions:
            del self._stages[broadcast]
            stage.egress.close()

    def _answer(self, session_id: str, terms: _Terms) -> Session:
        remote = terms.chosen.transport
        credentials = new_credentials()
        # RFC 8842, section 5.3: an active offer is answered passive, and the other way round; we prefer passive.
        setup = "active" if remote.setup == "passive" else "passive"
        endpoint = Endpoint(self._identity, "client" if setup == "active" else "server", tuple(remote.fingerprints))
        peer = Peer(Agent(credentials, remote.ufrag, self._clock()), endpoint, terms.media, self._clock)
        session = Session(
            id=session_id,
            kind=terms.kind,
            etag=_new_id(),
            answer=answer.render(terms.offer, terms.chosen, self._transport(credentials, setup), terms.sending),
            peer=peer,
            remote=sdp.Fragment(remote.ufrag, remote.password),
            mids=[section.mid for section in terms.offer.sections if terms.chosen.of(section)],
            media_line=answer.media_line(terms.chosen.first),
            bearer=terms.bearer,
            broadcast=terms.broadcast,
            newcomer_of=terms.newcomer_of,
            zero=terms.zero,
        )
        self._sessions[session_id] = self._settling[session_id] = session
        self._port.attach(peer)
        self._metrics.webrtc_sessions.labels(terms.kind).inc()
        return session

    def _transport(self, credentials: Credentials, setup: str) -> answer.Transport:
        return answer.Transport(credentials, self._identity.fingerprint, setup, self._candidates)

    def _ended(self, session_id: str, reason: str) -> None:
        session = self._sessions.pop(session_id, None)
        if session is None:
            return
        self._settle(session)
        self._port.detach(session.peer)
        self._metrics.webrtc_sessions.labels(session.kind).dec()
        self._metrics.webrtc_ended.labels(session.kind, reason).inc()
        log.info("%s session %s ended: %s", session.kind, session.peer.agent.local.ufrag, reason)
        if session.broadcast is not None:
            self._leave(session.broadcast, session_id)

    def _count_strangers(self) -> None:
        """Bring the metrics up to date with what the port threw away."""
        for reason, count in self._port.dropped.items():
            self._metrics.webrtc_strangers.labels(reason).inc(count - self._strangers.get(reason, 0))
            self._strangers[reason] = count

    def _tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)
        self._ticks += 1
        now = self._clock()
        sweep = self._ticks % TICKS_PER_SWEEP == 0
        if sweep:
            self._count_strangers()
        for session in list((self._sessions if sweep else self._settling).values()):
            try:
                session.peer.tick(now)
            except Exception:
                log.exception("%s session %s failed", session.kind, session.peer.agent.local.ufrag)
                self._fail(session)
            if session.peer.is_ready and self._settle(session):
                self._metrics.webrtc_setup_seconds.labels(session.kind).observe(now - session.peer.made)

    def _settle(self, session: Session) -> bool:
        """Connected, or gone before it was; whether that is news."""
        if self._settling.pop(session.id, None) is None:
            return False
        self._connected_or_gone(session.newcomer_of)
        return True

    def _fail(self, session: Session) -> None:
        """A defect of ours takes the session it struck, and no other."""
        with suppress(Exception):  # what is broken may break again while it ends
            session.peer.end("failed")
        self._ended(session.id, "failed")


async def picture(outlet: Outlet) -> Track:
    """The H.264 track that viewers will be sent, as soon as one comes. Raises `NotAvailable` when none does."""
    subscription = outlet.subscribe("whep")
    try:
        async with asyncio.timeout(PICTURE_S_MAX):
            while not subscription.closed:
                track = outlet.tracks.get(Kind.VIDEO)
                if track is not None and track.codec is Codec.H264:
                    return track
                subscription.take()
                await subscription.ready.wait()
    except TimeoutError:
        pass
    finally:
        subscription.close()
    raise NotAvailable("nothing is on that WebRTC could play")


def profile_of(track: Track) -> negotiate.Profile:
    """The H.264 profile of a track's record (ISO/IEC 14496-15, 5.3.3.1: bytes 1 and 2)."""
    profile = negotiate.profile_of(track.config[1], track.config[2])
    return negotiate.Profile.HIGH if profile is None else profile


def _new_id() -> str:
    return secrets.token_urlsafe(ID_BYTES)
