import { css, html, nothing } from "lit";
import type { DeskApi, Notice } from "../api/desk-api.ts";
import { panel } from "../hq/style.ts";
import type { Language } from "../text/language.ts";
import { partnersEn, type Told } from "../text/partners-en.ts";
import { partnersZh } from "../text/partners-zh.ts";
import { Attempting } from "../ui/attempting.ts";
import { base } from "../ui/base.ts";
import { Newest } from "../ui/newest.ts";

const SHOWN_MAX = 10;
/** Shown until it counts, read or not. */
const AHEAD = ["lower_rates", "harder_lock"];

/** What the channel is told: decisions about it and its customers, and rates that will pay it less. */
export class FenboNotices extends Attempting {
  static override properties = {
    ...Attempting.properties,
    api: { attribute: false },
    language: { attribute: false },
    csrf: { attribute: false },
    notices: { state: true },
  };
  declare api: DeskApi;
  declare language: Language;
  declare csrf: () => Promise<string>;
  declare notices: readonly Notice[];
  private readonly newest = new Newest();

  constructor() {
    super();
    this.notices = [];
  }

  static override styles = [
    base,
    panel,
    css`
      li {
        padding: 10px 0;
        border-top: 1px solid var(--sheet-line);
        overflow-wrap: anywhere;
      }
      .act {
        min-height: 44px;
      }
    `,
  ];

  override firstUpdated(): void {
    void this.load();
  }

  private async load(): Promise<void> {
    const show = (notices: readonly Notice[]) => Object.assign(this, { notices });
    await this.newest.take(this.api.notices(), show).catch(() => undefined); // what is shown stays
  }

  override render() {
    const text = this.language === "zh" ? partnersZh : partnersEn;
    if (this.notices.length === 0) return nothing;
    return html`<section class="panel" aria-label=${text.notices}>
      <h2>${text.notices}</h2>
      <ul>
        ${this.notices.slice(0, SHOWN_MAX).map(
          (notice) => html`<li>
            ${notice.fresh ? html`<span class="tag warn">${text.noticeNew}</span> ` : nothing}${text.told[notice.kind]?.(this.told(notice)) ?? notice.kind}
            <div class="dim small">${this.time(notice.at)}</div>
          </li>`,
        )}
      </ul>
      ${
        this.notices.some((notice) => notice.fresh && !AHEAD.includes(notice.kind))
          ? html`<button class="act" @click=${this.read}>${text.read}</button>`
          : nothing
      }
    </section>`;
  }

  private told({ body }: Notice): Told {
    const when = body.passes_at ?? body.effective_at;
    const text = this.language === "zh" ? partnersZh : partnersEn;
    const less = Array.isArray(body.less) ? body.less : [];
    const what = less.map((field) => text.less[String(field)] ?? String(field)).join(text.comma);
    return { ...(body as Told), when: when === undefined ? "" : this.time(Number(when)), what };
  }

  private time(moment: string | number): string {
    return new Date(moment).toLocaleString(this.language === "zh" ? "zh-CN" : "en");
  }

  private async read(): Promise<void> {
    await this.attempt(async () => this.api.readNotices(await this.csrf()));
    await this.load();
  }
}

customElements.define("fenbo-notices", FenboNotices);
