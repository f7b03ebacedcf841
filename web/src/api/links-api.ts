import { askPages } from "./problem.ts";

const ROWS = 20; // on a page

/** A link that somebody passes on (signaling/api/models_links.py). */
export interface ListedLink {
  code: string;
  url: string;
  room: string;
  channel: { id: string; name: string };
  /** null: the channel's own. */
  sharer: { viewer: string; name: string } | null;
  created_at: string;
  revoked_at: string | null;
  visits: number;
}

/** Links of headquarters, of a desk, or of a sharer: the same lists below other roots. */
export class LinksApi {
  /** `list`: their address; `revoke`: how one is taken back there. */
  constructor(
    private readonly list: string,
    readonly revoke: (link: ListedLink) => Promise<unknown>,
  ) {}

  /** So many of the first pages, and whether there are more; of a channel, or with a code, where these are given. */
  all(pages: number, channel = "", code = ""): Promise<{ all: ListedLink[]; more: boolean }> {
    const query = new URLSearchParams(Object.entries({ channel, code }).filter(([, value]) => value !== ""));
    return askPages(query.size === 0 ? this.list : `${this.list}?${query}`, ROWS, pages);
  }
}

/** "https://live.example/s/x7Kq2m" or the code alone -> "x7Kq2m". */
export function codeOf(text: string): string {
  return /[^/\s]*$/.exec(text.trim().replace(/[/?#]+$/, ""))?.[0] ?? "";
}
