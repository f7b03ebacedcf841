"""The lite agent: the table of its docstring row by row, restarts, role conflicts, consent, and strangers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import BadStun
from relay.webrtc import ice, stun
from relay.webrtc.ice import Agent, Credentials, Source, new_credentials

OURS = Credentials("oursours", "p" * 24)
HOME, CAFE, TRAIN = (Source("udp", f"192.0.2.{last}", 5000) for last in (1, 2, 3))
TCP = Source("tcp", "192.0.2.1", 6000)


def check(
    *,
    nominate: bool = False,
    priority: int = 100,
    local: Credentials = OURS,
    theirs: str = "them",
    extra: tuple[tuple[int, bytes], ...] = (),
) -> stun.Message:
    attributes = [(stun.USERNAME, f"{local.ufrag}:{theirs}".encode()), (stun.PRIORITY, priority.to_bytes(4, "big"))]
    if nominate:
        attributes.append((stun.USE_CANDIDATE, b""))
    return stun.parse(stun.build(stun.REQUEST, bytes(12), [*attributes, *extra], local.password.encode()))


@pytest.fixture
def agent() -> Agent:
    return Agent(OURS, "them", 0.0)


def test_a_check_is_answered_with_where_it_came_from(agent: Agent):
    answer = stun.parse(agent.receive(check(), HOME, 1.0) or b"")
    assert answer.kind == stun.SUCCESS
    assert answer.signed_by(OURS.password.encode())
    assert stun.mapped_address(answer) == ("192.0.2.1", 5000)
    assert agent.knows(HOME)
    assert agent.selected is None


def test_nomination_selects(agent: Agent):
    agent.receive(check(), CAFE, 1.0)
    agent.receive(check(nominate=True), HOME, 1.0)
    assert agent.selected == HOME


def test_of_several_nominated_the_higher_priority_stays(agent: Agent):
    """RFC 5245's aggressive nomination sends USE-CANDIDATE on every pair."""
    agent.receive(check(nominate=True, priority=200), HOME, 1.0)
    agent.receive(check(nominate=True, priority=100), CAFE, 1.1)
    assert agent.selected == HOME
    agent.receive(check(nominate=True, priority=300), TRAIN, 1.2)
    assert agent.selected == TRAIN


def test_a_peer_may_change_its_mind_to_a_lower_priority(agent: Agent):
    agent.receive(check(nominate=True, priority=200), HOME, 1.0)
    agent.receive(check(priority=200), HOME, 4.5)
    agent.receive(check(nominate=True, priority=100), TCP, 4.6)
    assert agent.selected == TCP


def test_a_new_source_with_the_same_priority_is_a_nat_rebinding(agent: Agent):
    agent.receive(check(nominate=True), HOME, 1.0)
    agent.receive(check(), CAFE, 2.0)
    assert agent.selected == CAFE
    agent.receive(check(), HOME, 2.1)
    assert agent.selected == CAFE, "a known address alone does not flap back"


def test_another_candidate_of_the_peer_is_no_rebinding(agent: Agent):
    agent.receive(check(nominate=True, priority=200), HOME, 1.0)
    agent.receive(check(priority=150), CAFE, 1.1)
    agent.receive(check(priority=200), TCP, 1.2)
    assert agent.selected == HOME


def test_when_the_selected_is_silent_any_other_will_do(agent: Agent):
    agent.receive(check(nominate=True, priority=200), HOME, 1.0)
    agent.receive(check(priority=100), CAFE, 2.0)
    agent.receive(check(priority=100), CAFE, 1.0 + ice.SILENCE_S + 0.1)
    assert agent.selected == CAFE


def test_consent_is_renewed_by_checks_and_lost_after_30_s(agent: Agent):
    agent.receive(check(nominate=True), HOME, 10.0)
    assert agent.has_consent(39.9)
    assert not agent.has_consent(40.1)
    agent.receive(check(), HOME, 39.0)
    assert agent.has_consent(60.0)


@pytest.mark.parametrize(
    "message",
    [
        check(local=Credentials(OURS.ufrag, "q" * 24)),
        check(theirs="else"),
        check(local=Credentials("nobodys1", OURS.password)),
    ],
    ids=["wrong password", "wrong remote ufrag", "not our ufrag"],
)
def test_wrong_credentials_teach_nothing(agent: Agent, message: stun.Message):
    agent.receive(check(nominate=True), HOME, 1.0)
    with pytest.raises(BadStun):
        agent.receive(message, CAFE, 20.0)
    assert not agent.knows(CAFE)
    assert agent.selected == HOME
    assert not agent.has_consent(31.5), "a forged check renewed consent"


def test_a_controlled_peer_is_told_to_take_the_other_role(agent: Agent):
    answer = agent.receive(check(extra=((stun.ICE_CONTROLLED, bytes(8)),), nominate=True), HOME, 1.0)
    read = stun.parse(answer or b"")
    assert read.kind == stun.ERROR
    assert read.attributes[stun.ERROR_CODE][2:4] == bytes((4, 87))
    assert agent.selected is None


def test_what_must_be_understood_and_is_not_is_named(agent: Agent):
    read = stun.parse(agent.receive(check(extra=((0x0033, b""),)), HOME, 1.0) or b"")
    assert read.attributes[stun.ERROR_CODE][2:4] == bytes((4, 20))
    assert read.attributes[stun.UNKNOWN_ATTRIBUTES] == bytes.fromhex("0033")


@pytest.mark.parametrize("kind", [stun.INDICATION, stun.SUCCESS, stun.ERROR])
def test_nothing_but_requests_is_answered(agent: Agent, kind: int):
    message = stun.parse(stun.build(kind, bytes(12), [(stun.USERNAME, b"oursours:them")], OURS.password.encode()))
    assert agent.receive(message, HOME, 1.0) is None
    assert not agent.knows(HOME)


def test_a_restart_keeps_the_old_way_until_the_new_one_is_nominated(agent: Agent):
    agent.receive(check(nominate=True), HOME, 1.0)
    fresh = new_credentials()
    agent.restart(fresh, "them2")
    agent.receive(check(), HOME, 2.0)
    assert agent.selected == HOME
    assert set(agent.ufrags) == {OURS.ufrag, fresh.ufrag}
    agent.receive(check(local=fresh, theirs="them2", priority=1), CAFE, 3.0)
    assert agent.selected == HOME
    agent.receive(check(local=fresh, theirs="them2", priority=1, nominate=True), CAFE, 3.1)
    assert agent.selected == CAFE
    with pytest.raises(BadStun):
        agent.receive(check(), HOME, 4.0)


def test_old_and_new_credentials_are_not_mixed(agent: Agent):
    fresh = new_credentials()
    agent.restart(fresh, "them2")
    with pytest.raises(BadStun):
        agent.receive(check(local=fresh, theirs="them"), HOME, 1.0)


def test_addresses_are_bounded_and_the_selected_one_stays(agent: Agent):
    agent.receive(check(nominate=True, priority=500), HOME, 0.0)
    for number in range(100):
        agent.receive(check(priority=5), Source("udp", "198.51.100.1", 1000 + number), 1.0 + number / 1000)
    lost = agent.take_lost()
    assert len(lost) == 100 + 1 - ice.WAYS_MAX
    assert HOME not in lost
    assert agent.selected == HOME
    assert agent.take_lost() == []
    assert len(agent.forget_all()) == ice.WAYS_MAX


def test_a_lost_connection_is_no_longer_selected(agent: Agent):
    agent.receive(check(nominate=True), TCP, 1.0)
    agent.forget(TCP)
    assert agent.selected is None
    agent.receive(check(nominate=True), HOME, 2.0)
    assert agent.selected == HOME


def test_credentials_are_long_and_new():
    made = {new_credentials() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one.ufrag) == ice.UFRAG_CHARS and len(one.password) == ice.PASSWORD_CHARS for one in made)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([HOME, CAFE, TRAIN, TCP]),
            st.booleans(),
            st.integers(0, 0xFFFFFFFF),
            st.floats(0, 10),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_any_sequence_of_checks_leaves_a_known_selection(steps: list[tuple[Source, bool, int, float, bool]]):
    agent, now = Agent(OURS, "them", 0.0), 0.0
    for source, nominate, priority, wait, forget in steps:
        now += wait
        assert agent.receive(check(nominate=nominate, priority=priority), source, now)
        assert agent.selected is None or agent.knows(agent.selected)
        if forget:
            agent.forget(source)
            assert agent.selected != source
