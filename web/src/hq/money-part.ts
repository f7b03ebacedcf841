import { css } from "lit";
import type { HqMoneyApi } from "../api/hq-money.ts";
import { HqPart } from "./part.ts";

/** A part of the money page. */
export class MoneyPart extends HqPart {
  static override properties = { ...HqPart.properties, api: { attribute: false } };
  declare api: HqMoneyApi;

  get currency(): string {
    return this.store.overview?.channels[0]?.paid.currency ?? "CNY";
  }

  /** A party as people know it. */
  protected partyName(party: string): string {
    const [kind, id = ""] = party.split(":");
    if (kind === "sharer") return `${this.text.money.sharer} ${id.slice(0, 6)}`;
    return this.store.channels.find((channel) => channel.channel === id)?.name ?? id.slice(0, 6);
  }
}

export const moneyStyle = css`
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 210px), 1fr));
    gap: 12px;
    align-items: start;
  }
  fieldset {
    display: grid;
    gap: 12px;
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }
  legend {
    padding: 0;
    margin-bottom: 8px;
    font-weight: 600;
  }
  .hint {
    margin-bottom: 8px;
  }
  h3 {
    margin: 14px 0 4px;
    font-size: 15px;
  }
  .more {
    color: var(--good);
  }
  .less {
    color: var(--wrong);
  }
  .note {
    padding: 10px 12px;
    border-radius: 10px;
    background: #fff0d2;
    color: #6b4500;
  }
  a.act {
    text-decoration: none;
  }
`;
