import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { MoneyFigures } from "../api/hq-money.ts";
import { formatMoney } from "../money.ts";
import { base } from "../ui/base.ts";
import { COLOURS, chartStyle, stackedColumns, wholeBar } from "../ui/chart.ts";
import { formStyle } from "../ui/form.ts";
import { MoneyPart, moneyStyle } from "./money-part.ts";
import { panel } from "./style.ts";

const DAYS = ["7", "30", "90"];
/** In the order in which money comes closer. */
const STATES = ["estimated", "frozen", "matured", "payable", "paying", "paid", "held"];

/** Commission by state, and sales by channel over time. */
export class FenboMoneyFigures extends MoneyPart {
  static override properties = { ...MoneyPart.properties, days: { state: true }, figures: { state: true }, mark: {} };
  declare days: string;
  declare figures: MoneyFigures | null;
  declare mark: number;

  constructor() {
    super();
    this.days = "30";
    this.figures = null;
    this.mark = 0;
  }

  static override styles = [base, formStyle, panel, moneyStyle, chartStyle];

  override updated(changed: PropertyValues): void {
    if (!changed.has("mark") && !changed.has("days")) return;
    void this.attempt(async () => {
      this.figures = await this.api.figures(this.days);
    });
  }

  override render() {
    const { money } = this.text;
    const { figures } = this;
    return html`<section class="panel" aria-label=${money.byState}>
        <h2>${money.byState}</h2>
        <p class="wrong" role="alert">${this.besides([])}</p>
        ${figures === null ? nothing : this.commission(figures)}
      </section>
      <section class="panel" aria-label=${money.salesByChannel}>
        <div class="row apart"><h2>${money.salesByChannel}</h2>${this.period()}</div>
        ${figures === null ? nothing : this.sales(figures)}
      </section>`;
  }

  private commission({ commission, owed }: MoneyFigures): TemplateResult {
    const { money, language } = this.text;
    const parts = STATES.flatMap((state, at) => {
      const found = commission[state];
      const name = money.lineStates[state] ?? state;
      if (found === undefined || found.minor === 0) return [];
      return [
        { name, value: found.minor, shown: formatMoney(found, language), colour: COLOURS[at % COLOURS.length] ?? "" },
      ];
    });
    return html`${parts.length === 0 ? html`<p class="dim">${money.noCommission}</p>` : wholeBar(parts, money.byState)}
    ${owed.minor > 0 ? html`<p class="less small">${money.owed}: ${formatMoney(owed, language)}</p>` : nothing}`;
  }

  private period(): TemplateResult {
    const { money } = this.text;
    const choose = (event: Event) => {
      this.days = (event.target as HTMLSelectElement).value;
    };
    return html`<label>${money.days}<select @change=${choose}>
      ${DAYS.map((days) => html`<option value=${days} ?selected=${days === this.days}>${money.lastDays(days)}</option>`)}
    </select></label>`;
  }

  private sales({ channels, sales, owed }: MoneyFigures): TemplateResult {
    const { money, language } = this.text;
    if (channels.length === 0) return html`<p class="dim">${this.text.noOrders}</p>`;
    const others = sales.some(({ minor }) => (minor.at(-1) ?? 0) > 0);
    const series = channels.map(({ name }, at) => ({ name, colour: COLOURS[at] ?? "" }));
    const day = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", timeZone: "UTC" });
    return stackedColumns({
      caption: money.salesByChannel,
      head: money.day,
      asTable: money.asTable,
      series: others ? [...series, { name: money.others, colour: COLOURS.at(-1) ?? "" }] : series,
      rows: sales.map((each) => ({
        name: day.format(new Date(each.day)),
        values: others ? each.minor : each.minor.slice(0, -1),
      })),
      say: (minor) => formatMoney({ minor, currency: owed.currency }, language),
    });
  }
}

customElements.define("fenbo-money-figures", FenboMoneyFigures);
