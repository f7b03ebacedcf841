import { LitElement, type PropertyDeclarations } from "lit";
import { type Studio, StudioApi } from "../api/hq-studio.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import type { HqStore } from "./store.ts";

/** A part of the studio: shows it as it is, does something to it, and says what went wrong. */
export class StudioPart extends LitElement {
  static override properties: PropertyDeclarations = {
    store: { attribute: false },
    studio: { attribute: false },
    text: { attribute: false },
    wrong: { state: true },
  };
  declare store: HqStore;
  declare studio: Studio;
  declare text: HqText;
  declare wrong: string;

  constructor() {
    super();
    this.wrong = "";
  }

  protected get api(): StudioApi {
    return new StudioApi(this.store.api);
  }

  /** True when it was done; the studio is looked at again. */
  protected async act(what: Promise<unknown>): Promise<boolean> {
    try {
      await what;
    } catch (error) {
      this.wrong = problemText(error as Problem, this.text);
      return false;
    }
    this.wrong = "";
    this.store.look();
    return true;
  }
}
