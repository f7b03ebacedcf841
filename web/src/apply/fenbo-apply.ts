import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { type ApplicationForm, ApplyApi, type Invited, type Seen } from "../api/joining-api.ts";
import { Problem } from "../api/problem.ts";
import { panel } from "../hq/style.ts";
import { drawer } from "../room/storage.ts";
import { type JoiningText, joiningEn } from "../text/joining-en.ts";
import { joiningZh } from "../text/joining-zh.ts";
import { chooseLanguage, chosenLanguage, type Language, pickLanguage } from "../text/language.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { field, focusFirstWrong, formStyle, formValues } from "../ui/form.ts";
import { themeStyle } from "../ui/theme.ts";

const ACCENT = "#0f6b5c";
const FIELDS = ["shop", "name", "phone", "message", "user", "password"];

interface Place {
  merchant: string;
  name: string;
  language: string;
}

/** Becoming a partner: the form, by an invitation or without, and what becomes of it by the private link. */
export class FenboApply extends LitElement {
  static override properties = {
    language: { state: true },
    invited: { state: true },
    seen: { state: true },
    token: { state: true },
    problem: { state: true },
    lost: { state: true },
    busy: { state: true },
    said: { state: true },
  };
  declare language: Language;
  declare invited: Invited | null;
  declare seen: Seen | null;
  declare token: string;
  declare problem: Problem | null;
  /** A link that leads nowhere: there is no form to show. */
  declare lost: boolean;
  declare busy: boolean;
  declare said: string;
  private readonly place: Place = JSON.parse(document.getElementById("fenbo-apply")?.textContent ?? "{}");
  private readonly api = new ApplyApi(this.place.merchant);
  private invitation = "";

  constructor() {
    super();
    const chosen = chosenLanguage(drawer("localStorage"));
    this.language = pickLanguage(chosen, navigator.languages, this.place.language);
    this.sayLanguage(); // requests ask for it
    this.invited = null;
    this.seen = null;
    this.token = "";
    this.problem = null;
    this.lost = false;
    this.busy = false;
    this.said = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      :host {
        display: block;
        min-height: 100dvh;
        color: #16181d;
      }
      main {
        display: grid;
        gap: 12px;
        max-width: 520px;
        margin: 0 auto;
        padding: 12px;
      }
      header {
        display: flex;
        justify-content: flex-end;
      }
      h1 {
        font-size: 21px;
        margin-bottom: 6px;
        overflow-wrap: anywhere;
      }
      form,
      .row {
        margin-top: 14px;
      }
      .act {
        min-height: 46px;
        text-decoration: none;
      }
      code {
        display: block;
        margin-top: 8px;
        padding: 10px;
        border-radius: 9px;
        background: var(--sheet-soft);
        overflow-wrap: anywhere;
        user-select: all;
      }
    `,
  ];

  private get text(): JoiningText {
    return this.language === "zh" ? joiningZh : joiningEn;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const given = new URLSearchParams(location.hash.slice(1));
    this.token = given.get("application") ?? "";
    this.invitation = given.get("invitation") ?? "";
    void this.load();
  }

  private async load(): Promise<void> {
    try {
      if (this.token !== "") this.seen = await this.api.seen(this.token);
      else if (this.invitation !== "") this.invited = await this.api.invitation(this.invitation);
    } catch (error) {
      this.problem = error as Problem;
      this.lost = true;
    }
  }

  override render() {
    const { text } = this;
    this.sayLanguage();
    document.title = text.title(this.place.name);
    return html`<div style=${themeStyle(ACCENT)}>
      <main>
        <header><button class="act" @click=${this.turn}>${this.language === "zh" ? "English" : "中文"}</button></header>
        <section class="panel">
          ${this.seen === null ? this.intro() : this.outcome(this.seen)}
          <p class="wrong" role="alert">${this.wrong()}</p>
          ${this.seen !== null || this.lost ? nothing : this.form()}
        </section>
      </main>
    </div>`;
  }

  private sayLanguage(): void {
    document.documentElement.lang = this.language === "zh" ? "zh-CN" : "en";
  }

  /** Why an invitation admits nobody is said in one's own language. */
  private wrong(): string {
    const { problem, text } = this;
    if (problem === null) return "";
    return text.lost[problem.at("invitation")] ?? problemText(problem, text, FIELDS);
  }

  private intro(): TemplateResult {
    const { text, invited } = this;
    return html`<h1>${text.title(this.place.name)}</h1>
      <p class="dim">${invited === null ? text.intro : text.invited(invited.parent)}</p>
      ${
        invited === null
          ? nothing
          : html`<p class="hint">${text.until(new Date(invited.expires_at).toLocaleString(this.language))} ${invited.at_once ? text.atOnce : ""}</p>`
      }`;
  }

  private form(): TemplateResult {
    const { text, problem } = this;
    const wrong = (name: string) => problem?.at(name) ?? "";
    return html`<form @submit=${this.send}>
      ${field({ label: text.shop, name: "shop", wrong: wrong("shop"), required: true })}
      ${field({ label: text.name, name: "name", autocomplete: "name", wrong: wrong("name"), required: true })}
      ${field({ label: text.phone, name: "phone", type: "tel", inputmode: "tel", autocomplete: "tel", wrong: wrong("phone"), required: true })}
      ${field({ label: text.message, name: "message", rows: 3, wrong: wrong("message") })}
      ${field({ label: text.user, name: "user", autocomplete: "username", wrong: wrong("user"), required: true })}
      ${field({ label: text.password, name: "password", type: "password", autocomplete: "new-password", wrong: wrong("password"), required: true })}
      <p class="hint">${text.privacy}</p>
      <button class="act main" ?disabled=${this.busy}>${text.send}</button>
    </form>`;
  }

  private outcome(seen: Seen): TemplateResult {
    const { text } = this;
    return html`<h1>${text.yours}: ${seen.shop}</h1>
      <p role="status">${text.states[seen.state] ?? seen.state} ${this.said}</p>
      ${seen.reason === "" ? nothing : html`<p>${text.reason}: ${seen.reason}</p>`}
      ${seen.state === "open" ? html`<p class="hint">${text.sent}</p><code>${location.href}</code>` : nothing}
      <div class="row">
        ${
          seen.state === "approved"
            ? html`<a class="act main" href="/desk">${text.desk}</a>${seen.room === "" ? nothing : html`<a class="act" href="/r/${seen.room}">${text.room}</a>`}`
            : nothing
        }
        ${seen.state === "withdrawn" ? nothing : html`<button class="act hard" @click=${this.withdraw}>${seen.state === "open" ? text.withdraw : text.erase}</button>`}
      </div>`;
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const body = formValues(form) as unknown as ApplicationForm;
    body.password = String(new FormData(form).get("password")); // as it was typed
    this.busy = true;
    try {
      const filed = this.invitation === "" ? this.api.apply(body) : this.api.accept(this.invitation, body);
      this.token = (await filed).token;
      history.replaceState(null, "", `#application=${this.token}`);
      this.problem = null;
      this.seen = await this.api.seen(this.token);
    } catch (error) {
      this.problem = error instanceof Problem ? error : new Problem(0, "");
      await this.updateComplete;
      focusFirstWrong(this.renderRoot);
    } finally {
      this.busy = false;
    }
  }

  private async withdraw(): Promise<void> {
    try {
      await this.api.withdraw(this.token);
      this.seen = await this.api.seen(this.token);
      this.said = this.seen.state === "withdrawn" ? "" : this.text.erased;
      this.problem = null;
    } catch (error) {
      this.problem = error as Problem;
    }
  }

  private turn(): void {
    this.language = this.language === "zh" ? "en" : "zh";
    chooseLanguage(drawer("localStorage"), this.language);
  }
}

customElements.define("fenbo-apply", FenboApply);
