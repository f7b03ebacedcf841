import { LitElement } from "lit";
import type { HqTalkApi, OrderApi } from "../api/hq-talk.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";

/** A part of the talk page that does something through the API, says what went wrong, and tells (`acted`) what is done. */
export class Acting<Api extends OrderApi = HqTalkApi> extends LitElement {
  static override properties = { api: { attribute: false }, text: { attribute: false }, wrong: { state: true } };
  declare api: Api;
  declare text: HqText;
  declare wrong: string;

  constructor() {
    super();
    this.wrong = "";
  }

  /** True when it was done. */
  protected async act(what: () => Promise<unknown>): Promise<boolean> {
    try {
      await what();
    } catch (error) {
      this.wrong = problemText(error as Problem, this.text);
      return false;
    }
    this.wrong = "";
    this.dispatchEvent(new CustomEvent("acted", { bubbles: true, composed: true }));
    return true;
  }
}
