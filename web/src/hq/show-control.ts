import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { ShowHq } from "../api/hq-types.ts";
import { Problem } from "../api/problem.ts";
import type { ShowState } from "../api/types.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { formatMoment, fromLocalInput } from "../times.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import type { HqStore } from "./store.ts";
import { panel } from "./style.ts";

/** Announce, start, pause, go on, end. */
export class FenboShowControl extends LitElement {
  static override properties = {
    store: { attribute: false },
    show: { attribute: false },
    text: { attribute: false },
    wrong: { state: true },
    problem: { state: true },
    ending: { state: true },
  };
  declare store: HqStore;
  declare show: ShowHq | null;
  declare text: HqText;
  declare wrong: string;
  declare problem: Problem | null;
  declare ending: boolean;

  constructor() {
    super();
    this.wrong = "";
    this.problem = null;
    this.ending = false;
  }

  static override styles = [base, formStyle, panel];

  override render() {
    const { show, text } = this;
    return html`<section class="panel" aria-label=${text.show}>
      ${show === null || show.state === "ended" ? this.form() : this.control(show)}
      <p class="wrong" role="alert">${this.wrong}</p>
    </section>`;
  }

  private control(show: ShowHq): TemplateResult {
    const { text } = this;
    const starts = show.starts_at === null ? "" : formatMoment(show.starts_at, text.language);
    return html`<div class="row apart">
        <h2>${show.title} <span class="dim small">${starts}</span></h2>
        <span class="tag ${show.state === "live" ? "live" : ""}">${text.states[show.state]}</span>
      </div>
      ${show.state === "announced" && show.hls === null ? html`<p class="dim small">${text.startWithoutPicture}</p>` : nothing}
      <div class="row">${this.ending ? this.endForSure(show) : this.steps(show)}</div>`;
  }

  private steps(show: ShowHq): TemplateResult {
    const { text } = this;
    const step = (state: ShowState, label: string, kind: string) =>
      html`<button class="act ${kind}" @click=${() => this.become(show, state)}>${label}</button>`;
    const end = html`<button
      class="act hard"
      @click=${() => {
        this.ending = true;
      }}
    >
      ${text.end}
    </button>`;
    if (show.state === "announced") return html`${step("live", text.start, "main")}`;
    if (show.state === "live") return html`${step("paused", text.pause, "")} ${end}`;
    return html`${step("live", text.resume, "main")} ${end}`;
  }

  private endForSure(show: ShowHq): TemplateResult {
    const { text } = this;
    const back = () => {
      this.ending = false;
    };
    return html`<p role="alert">${text.endSure}</p>
      <button class="act hard" @click=${() => this.become(show, "ended")}>${text.endYes}</button>
      <button class="act" @click=${back}>${text.cancel}</button>`;
  }

  private form(): TemplateResult {
    const { text, problem } = this;
    return html`<h2>${text.newShow}</h2>
      <form @submit=${this.create}>
        ${field({ label: text.showTitle, name: "title", wrong: problem?.at("title") ?? "", required: true })}
        ${field({ label: text.startsAt, name: "starts_at", wrong: problem?.at("starts_at") ?? "", type: "datetime-local" })}
        <button class="act main">${text.create}</button>
      </form>`;
  }

  /** What was pressed is meant for the show as it was seen: where another was quicker, it is shown and not overwritten. */
  private async become(show: ShowHq, state: ShowState): Promise<void> {
    this.ending = false;
    await this.attempt(async () => {
      const { found, tag } = await this.store.api.show(show.id);
      this.store.showIs(found);
      if (found.state !== show.state) throw new Problem(412, this.text.changedMeanwhile, [], "stale");
      return await this.store.api.changeShow(show.id, { state }, tag);
    });
  }

  private async create(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { title = "", starts_at: startsAt = "" } = formValues(event.target as HTMLFormElement);
    await this.attempt(() => this.store.api.createShow(title, fromLocalInput(startsAt)));
  }

  private async attempt(change: () => Promise<ShowHq>): Promise<void> {
    try {
      this.store.showIs(await change());
      this.wrong = "";
      this.problem = null;
    } catch (error) {
      this.problem = error as Problem;
      const stale = this.problem.word === "stale";
      this.wrong = stale ? this.text.changedMeanwhile : problemText(this.problem, this.text, ["title", "starts_at"]);
      if (stale) this.store.look();
    }
  }
}

customElements.define("fenbo-show-control", FenboShowControl);
