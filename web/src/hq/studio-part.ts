import type { PropertyDeclarations } from "lit";
import { type Studio, StudioApi } from "../api/hq-studio.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { Attempting } from "../ui/attempting.ts";
import type { HqStore } from "./store.ts";

/** A part of the studio: shows it as it is, does something to it, and says what went wrong. */
export class StudioPart extends Attempting {
  static override properties: PropertyDeclarations = {
    ...Attempting.properties,
    store: { attribute: false },
    studio: { attribute: false },
    text: { attribute: false },
  };
  declare store: HqStore;
  declare studio: Studio;
  declare text: HqText;

  /** What the latest attempt was refused for, or "". */
  protected get wrong(): string {
    return this.problem === null ? "" : problemText(this.problem, this.text);
  }

  protected get api(): StudioApi {
    return new StudioApi(this.store.api);
  }

  /** True when it was done; the studio is looked at again. */
  protected async act(what: Promise<unknown>): Promise<boolean> {
    const done = await this.attempt(() => what);
    if (done) this.store.look();
    return done;
  }
}
