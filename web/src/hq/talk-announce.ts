import { html } from "lit";
import { base } from "../ui/base.ts";
import { field, formStyle, formValues } from "../ui/form.ts";
import { Acting } from "./acting.ts";
import { panel } from "./style.ts";

/** One sentence to all rooms. */
export class FenboTalkAnnounce extends Acting {
  static override styles = [base, formStyle, panel];

  override render() {
    const { talk } = this.text;
    return html`<section class="panel" aria-label=${talk.announce}>
      <h2>${talk.announce}</h2>
      <form @submit=${this.say}>
        ${field({ label: talk.announceText, name: "text", rows: 2, required: true, wrong: this.wrong })}
        <div class="row"><button class="act main">${talk.say}</button></div>
      </form>
    </section>`;
  }

  private async say(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { text = "" } = formValues(form);
    if (await this.act(() => this.api.announce(text))) form.reset();
  }
}

customElements.define("fenbo-talk-announce", FenboTalkAnnounce);
