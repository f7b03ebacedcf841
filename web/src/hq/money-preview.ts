import { html, nothing, type TemplateResult } from "lit";
import type { RulesPreview } from "../api/hq-money.ts";
import { formatMoney } from "../money.ts";
import type { HqText } from "../text/hq-en.ts";
import { formatMoment } from "../times.ts";

/** What other rules would change, before anybody sets them. */
export function rulesPreview(found: RulesPreview, text: HqText, name: (party: string) => string): TemplateResult {
  const { money, language } = text;
  const sum = (minor: number) => formatMoney({ minor, currency: found.now.currency }, language);
  const change = (now: number, then: number) =>
    html`<span class=${then < now ? "less" : "more"}>${then > now ? "+" : ""}${sum(then - now)}</span>`;
  if (found.orders === 0) return html`<p role="status" class="dim">${money.nothingToTry}</p>${notice(found, text)}`;
  return html`<div role="status" class="result">
    <p>${money.tried(found.orders)} ${sum(found.now.minor)} → <strong>${sum(found.then.minor)}</strong> (${change(found.now.minor, found.then.minor)})</p>
    ${found.changed > 0 ? html`<p>${money.ordersMove(found.changed)}</p>` : nothing} ${notice(found, text)}
    ${
      found.parties.length === 0
        ? html`<p class="dim">${money.nobodyChanges}</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label=${money.whoChanges}><table>
            <thead><tr><th>${money.party}</th><th class="number">${money.now}</th><th class="number">${money.after}</th><th class="number">${money.change}</th></tr></thead>
            <tbody>
              ${found.parties.map(
                ({ party, now, then }) => html`<tr>
                  <td>${name(party)}</td>
                  <td class="number">${sum(now.minor)}</td>
                  <td class="number">${sum(then.minor)}</td>
                  <td class="number">${change(now.minor, then.minor)}</td>
                </tr>`,
              )}
            </tbody>
          </table></div>`
    }
  </div>`;
}

function notice(found: RulesPreview, text: HqText): TemplateResult | typeof nothing {
  if (!found.lowers) return nothing;
  return html`<p class="note">${text.money.countsFrom(formatMoment(found.effective_at, text.language))}</p>`;
}
