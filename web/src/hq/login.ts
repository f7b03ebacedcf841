import { css, html, LitElement } from "lit";
import type { HqApi } from "../api/hq-api.ts";
import type { Me } from "../api/hq-types.ts";
import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";
import { problemText } from "../text/problems.ts";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { panel } from "./style.ts";

/** Says `login-done` (detail: `Me`). */
export class FenboLogin extends LitElement {
  static override properties = {
    api: { attribute: false },
    text: { attribute: false },
    busy: { state: true },
    wrong: { state: true },
  };
  declare api: HqApi;
  declare text: HqText;
  declare busy: boolean;
  declare wrong: string;

  constructor() {
    super();
    this.busy = false;
    this.wrong = "";
  }

  static override styles = [
    base,
    formStyle,
    panel,
    css`
      .panel {
        width: min(380px, 100%);
        margin: 12vh auto 0;
        padding: 28px;
      }
      h1 {
        font-size: 22px;
        margin-bottom: 18px;
      }
      .act {
        min-height: 46px;
      }
    `,
  ];

  override render() {
    const { text } = this;
    return html`<main class="panel">
      <h1>Fenbo · ${text.title}</h1>
      <form @submit=${this.submitted}>
        ${field({ label: text.user, name: "user", autocomplete: "username", required: true })}
        ${field({ label: text.password, name: "password", type: "password", autocomplete: "current-password", required: true })}
        <p class="wrong" role="alert">${this.wrong}</p>
        <button class="act main" ?disabled=${this.busy}>${text.login}</button>
      </form>
    </main>`;
  }

  private async submitted(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { user = "", password = "" } = formValues(event.target as HTMLFormElement);
    this.busy = true;
    this.wrong = "";
    try {
      const me = await this.api.login(user, password);
      this.dispatchEvent(new CustomEvent<Me>("login-done", { detail: me }));
    } catch (error) {
      this.wrong = problemText(error as Problem, this.text);
    } finally {
      this.busy = false;
    }
  }
}

customElements.define("fenbo-login", FenboLogin);
