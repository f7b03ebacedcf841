import type { RoomView } from "../api/types.ts";
import { FenboRoom } from "./fenbo-room.ts";

/** The page /r/<room>: the server has put the room's view into it. */
function readView(): RoomView | null {
  const text = document.getElementById("fenbo-room")?.textContent;
  return text ? (JSON.parse(text) as RoomView) : null;
}

const view = readView();
const room = new FenboRoom();
room.view = view;
room.room = view?.room ?? location.pathname.split("/")[2] ?? "";
document.body.replaceChildren(room);
