import { problemFrom } from "../api/problem.ts";

const GATHER_MS_MAX = 500; // the server is ICE-lite and says its addresses: our own matter little
const ANSWER_MS_MAX = 10_000;

/** A WHIP or WHEP session: where it is ended, and how. */
export interface SdpSession {
  end(): void;
}

/** RFC 9725 and draft-ietf-wish-whep alike: POST the offer, take the answer, DELETE the session. Throws `Problem`. */
export async function exchange(peer: RTCPeerConnection, url: string, bearer: string): Promise<SdpSession> {
  await peer.setLocalDescription();
  await gathered(peer);
  const authorization: Record<string, string> = bearer === "" ? {} : { Authorization: `Bearer ${bearer}` };
  const answer = await fetch(url, {
    method: "POST",
    credentials: "include",
    headers: { "Content-Type": "application/sdp", ...authorization },
    body: peer.localDescription?.sdp ?? "",
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  const text = await answer.text();
  if (answer.status !== 201) throw problemFrom(answer.status, text);
  const location = new URL(answer.headers.get("Location") ?? "", answer.url).href;
  const end = () => {
    // keepalive: also when the page is being closed; nobody waits for the answer
    fetch(location, { method: "DELETE", credentials: "include", headers: authorization, keepalive: true }).catch(
      () => undefined,
    );
  };
  if (peer.signalingState === "closed") end();
  else await peer.setRemoteDescription({ type: "answer", sdp: text });
  return { end };
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, GATHER_MS_MAX);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") resolve();
    });
  });
}
