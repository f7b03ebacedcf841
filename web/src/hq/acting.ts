import type { HqTalkApi, OrderApi } from "../api/hq-talk.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { Attempting } from "../ui/attempting.ts";

/** A part of the talk page that does something through the API, says what went wrong, and tells (`acted`) what is done. */
export class Acting<Api extends OrderApi = HqTalkApi> extends Attempting {
  static override properties = { ...Attempting.properties, api: { attribute: false }, text: { attribute: false } };
  declare api: Api;
  declare text: HqText;

  /** What the latest attempt was refused for, or "". */
  protected get wrong(): string {
    return this.problem === null ? "" : problemText(this.problem, this.text);
  }

  /** True when it was done. */
  protected async act(what: () => Promise<unknown>): Promise<boolean> {
    const done = await this.attempt(what);
    if (done) this.dispatchEvent(new CustomEvent("acted", { bubbles: true, composed: true }));
    return done;
  }
}
