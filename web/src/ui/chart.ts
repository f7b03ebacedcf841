import { css, html, nothing, svg, type TemplateResult } from "lit";

/** Charts without a library: the picture is hidden from those who listen, the same figures are a table beneath it. */

export interface Series {
  name: string;
  colour: string;
}

export interface Part {
  name: string;
  value: number;
  shown: string;
  colour: string;
}

/** Told apart also by those who see few colours; the last is for "all others". */
export const COLOURS = ["#0f6b5c", "#e07a1f", "#3b5bdb", "#b5308a", "#7a8b00", "#8b929f"];
const HEIGHT = 160;
const SLOT = 24;

export const chartStyle = css`
  figure {
    margin: 0;
  }
  .plot {
    width: 100%;
    height: 180px;
    stroke: none;
  }
  .whole {
    display: flex;
    height: 18px;
    margin: 4px 0 10px;
    border-radius: 9px;
    overflow: hidden;
    background: var(--sheet-soft);
  }
  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    margin: 8px 0;
    font-size: 13px;
  }
  .key span,
  .parts td:first-child span {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .key i,
  .parts i {
    flex: none;
    width: 12px;
    height: 12px;
    border-radius: 4px;
  }
`;

/** Parts of a whole: one bar, and its key is the table. */
export function wholeBar(parts: readonly Part[], caption: string): TemplateResult {
  return html`<figure>
    <div class="whole" aria-hidden="true">
      ${parts.map(({ value, colour }) => (value > 0 ? html`<i style="flex:${value};background:${colour}"></i>` : nothing))}
    </div>
    <table class="parts"><caption class="unseen">${caption}</caption><tbody>
      ${parts.map(
        ({ name, shown, colour }) => html`<tr>
          <td><span><i style="background:${colour}" aria-hidden="true"></i>${name}</span></td>
          <td class="number"><strong>${shown}</strong></td>
        </tr>`,
      )}
    </tbody></table>
  </figure>`;
}

export interface Columns {
  caption: string;
  /** What the first column of the table is. */
  head: string;
  asTable: string;
  series: readonly Series[];
  rows: readonly { name: string; values: readonly number[] }[];
  say: (value: number) => string;
}

/** Columns that are stacked of series, one for each row; negative values are not drawn. */
export function stackedColumns({ caption, head, asTable, series, rows, say }: Columns): TemplateResult {
  const sums = rows.map(({ values }) => values.reduce((sum, value) => sum + Math.max(0, value), 0));
  const highest = Math.max(1, ...sums);
  return html`<figure>
    <svg class="plot" viewBox="0 0 ${rows.length * SLOT} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      <line x1="0" x2=${rows.length * SLOT} y1=${HEIGHT} y2=${HEIGHT} style="stroke:#c3c8d1;stroke-width:1" />
      ${rows.map(({ values }, at) => stack(values, at, highest, series))}
    </svg>
    <div class="row apart small dim" aria-hidden="true"><span>${rows[0]?.name ?? ""}</span><span>${say(highest)}</span><span>${rows.at(-1)?.name ?? ""}</span></div>
    <p class="key" aria-hidden="true">${series.map(({ name, colour }) => html`<span><i style="background:${colour}"></i>${name}</span>`)}</p>
    <details><summary>${asTable}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${caption}><table><caption class="unseen">${caption}</caption>
        <thead><tr><th>${head}</th>${series.map(({ name }) => html`<th class="number">${name}</th>`)}</tr></thead>
        <tbody>
          ${rows.map(({ name, values }) => html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td class="number">${say(value)}</td>`)}</tr>`)}
        </tbody>
      </table></div>
    </details>
  </figure>`;
}

function stack(values: readonly number[], at: number, highest: number, series: readonly Series[]): TemplateResult[] {
  let top = HEIGHT;
  return values.map((value, index) => {
    const height = (Math.max(0, value) * HEIGHT) / highest;
    top -= height;
    return svg`<rect x=${at * SLOT + 3} y=${top} width=${SLOT - 6} height=${height} fill=${series[index]?.colour ?? "#000"} />`;
  });
}
