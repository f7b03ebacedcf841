"""WebRTC as the node puts it together; its protocol is tested in relay/webrtc, test_whip and test_whep."""

from commerce import commands


async def test_the_port_is_open_and_whep_answers_only_during_a_show(shop):
    visitor = await shop.visitor()
    offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    headers = {"Content-Type": "application/sdp"}
    assert shop.node.ports.webrtc > 0
    status, problem = await visitor("POST", "/r/north/whep", data=offer, headers=headers)
    assert (status, problem["type"]) == (400, "/problems/bad-request"), "it looks at the offer: there is a slate"
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    status, problem = await visitor("POST", "/r/north/whep", data=offer, headers=headers)
    assert (status, problem["type"]) == (409, "/problems/not-on")
    assert (await visitor("POST", "/r/nowhere/whep", data=offer, headers=headers))[0] == 404


async def test_whip_wants_a_stream_key(shop):
    visitor = await shop.visitor()
    headers = {"Content-Type": "application/sdp", "Authorization": "Bearer nonsense"}
    status, _ = await visitor("POST", "/whip", data="v=0\r\n", headers=headers)
    assert status in (400, 401)
