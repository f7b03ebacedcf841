import jwt
import pytest

from signaling.tokens import VIEWER_SECONDS, BadToken, LinkClaims, LinkTokens, ViewerTokens, new_viewer

NOW = 1_800_000_000.0
CLAIMS = LinkClaims("merchant1", "north", "code1234")


def refused(call, *arguments):
    with pytest.raises(BadToken) as raised:
        call(*arguments)
    return raised.value.reason


class TestViewerTokens:
    tokens = ViewerTokens(b"k" * 32)

    def test_what_was_signed_is_read(self):
        viewer = new_viewer()
        assert self.tokens.read(self.tokens.sign(viewer, NOW), NOW + VIEWER_SECONDS - 1) == viewer

    def test_a_device_is_its_first_viewer_until_a_token_says_another(self):
        first, second = new_viewer(), new_viewer()
        token = self.tokens.sign(second, NOW, first)
        assert (self.tokens.read(token, NOW), self.tokens.device(token, NOW)) == (second, first)
        assert self.tokens.device(self.tokens.sign(first, NOW), NOW) == first
        assert refused(self.tokens.device, token.replace(first, new_viewer()), NOW) == "forged"

    def test_every_changed_character_is_noticed(self):
        token = self.tokens.sign(new_viewer(), NOW)
        for at, character in enumerate(token):
            changed = token[:at] + ("a" if character != "a" else "b") + token[at + 1 :]
            assert refused(self.tokens.read, changed, NOW) in ("forged", "malformed", "expired")

    def test_another_key_is_a_forgery(self):
        assert refused(ViewerTokens(b"x" * 32).read, self.tokens.sign(new_viewer(), NOW), NOW) == "forged"

    def test_a_key_that_has_been_rotated_out_of_use_still_reads(self):
        before, after = ViewerTokens(b"k" * 32), ViewerTokens(b"k" * 32, b"n" * 32)
        viewer = new_viewer()
        assert after.read(before.sign(viewer, NOW), NOW) == viewer
        assert refused(before.read, after.sign(viewer, NOW), NOW) == "forged", "the last one signs"

    @pytest.mark.parametrize("at", [NOW + VIEWER_SECONDS + 1, NOW - 7200])
    def test_too_old_or_from_the_future(self, at):
        assert refused(self.tokens.read, self.tokens.sign(new_viewer(), NOW), at) == "expired"

    @pytest.mark.parametrize("token", ["", ".", "...", "v1.x.1.y", "v2.aaaaaaaaaaaaaaaa.1.x", "é" * 50, "v1." * 999])
    def test_nonsense(self, token):
        assert refused(self.tokens.read, token, NOW) == "malformed"

    def test_viewers_are_many(self):
        assert len({new_viewer() for _ in range(1000)}) == 1000


class TestLinkTokens:
    tokens = LinkTokens({"1": b"a" * 32, "2": b"b" * 32}, "2")

    def read(self, token, merchant="merchant1", room="north", now=NOW):
        return self.tokens.read(token, merchant, room, now)

    def test_what_was_signed_is_read(self):
        assert self.read(self.tokens.sign(CLAIMS, NOW, 60), now=NOW + 59) == CLAIMS

    def test_a_key_that_has_been_rotated_out_of_use_still_reads(self):
        assert self.read(LinkTokens({"1": b"a" * 32}, "1").sign(CLAIMS, NOW, 60)) == CLAIMS

    def test_the_sharer_is_said_when_there_is_one(self):
        claims = LinkClaims("merchant1", "north", "code1234", "sharer1")
        token = self.tokens.sign(claims, NOW, 60)
        assert self.read(token) == claims
        said = jwt.decode(token, options={"verify_signature": False})
        assert set(said) == {"merchant", "room", "link", "sharer", "iat", "exp", "nonce"}
        assert "sharer" not in jwt.decode(self.tokens.sign(CLAIMS, NOW, 60), options={"verify_signature": False})

    def test_expired(self):
        assert refused(self.read, self.tokens.sign(CLAIMS, NOW - 61, 60)) == "expired"

    @pytest.mark.parametrize(("merchant", "room"), [("merchant2", "north"), ("merchant1", "south")])
    def test_of_another_merchant_or_room(self, merchant, room):
        assert refused(self.read, self.tokens.sign(CLAIMS, NOW, 60), merchant, room) == "foreign"

    def test_an_unknown_key_or_the_wrong_one(self):
        assert refused(self.read, LinkTokens({"9": b"a" * 32}, "9").sign(CLAIMS, NOW, 60)) == "forged"
        assert refused(self.read, LinkTokens({"2": b"c" * 32}, "2").sign(CLAIMS, NOW, 60)) == "forged"

    def test_without_a_signature_or_with_another_algorithm(self):
        body = {"merchant": "merchant1", "room": "north", "link": "x", "iat": NOW, "exp": NOW + 60, "nonce": "n"}
        assert refused(self.read, jwt.encode(body, None, "none", {"kid": "2"})) == "forged"
        assert refused(self.read, jwt.encode(body, b"b" * 64, "HS512", {"kid": "2"})) == "forged"

    @pytest.mark.parametrize("absent", ["merchant", "room", "link", "iat", "exp", "nonce"])
    def test_every_claim_is_needed(self, absent):
        body = {"merchant": "merchant1", "room": "north", "link": "x", "iat": 1, "exp": int(NOW) + 60, "nonce": "n"}
        del body[absent]
        assert refused(self.read, jwt.encode(body, b"b" * 32, "HS256", {"kid": "2"})) == "malformed"

    @pytest.mark.parametrize("token", ["", "a.b.c", "x" * 3000, "eyJhbGciOiJIUzI1NiJ9.e30.x"])
    def test_nonsense(self, token):
        assert refused(self.read, token) in ("malformed", "forged")
