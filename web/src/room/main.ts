import type { RoomView } from "../api/types.ts";
import { hasMediaSource, loadHls } from "../player/hls-player.ts";
import { FenboRoom } from "./fenbo-room.ts";

/** The page /r/<room>: the server has put the room's view into it. */
function readView(): RoomView | null {
  const text = document.getElementById("fenbo-room")?.textContent;
  return text ? (JSON.parse(text) as RoomView) : null;
}

const view = readView();
if (view?.webrtc === false && view.show?.hls != null && hasMediaSource()) {
  loadHls().catch(() => undefined); // while the page is drawn; if it fails, the player says so
}
const room = new FenboRoom();
room.view = view;
room.whole = true;
room.room = view?.room ?? location.pathname.split("/")[2] ?? "";
document.body.replaceChildren(room);
