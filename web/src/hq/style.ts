import { css } from "lit";

/** What headquarters' parts share beside `ui/base.ts`. */
export const panel = css`
  .panel {
    padding: 16px;
    border: 1px solid var(--sheet-line);
    border-radius: 14px;
    background: var(--sheet);
  }
  h2 {
    font-size: 16px;
    margin-bottom: 10px;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  .row.apart {
    justify-content: space-between;
  }
  .dim {
    color: var(--sheet-dim);
  }
  .small {
    font-size: 13px;
  }
  .tick {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 36px;
  }
  .tick input {
    flex: none;
    width: 24px;
    min-height: 24px;
  }
  .act {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: 36px;
    padding: 0 14px;
    border: 1px solid #8b929f;
    border-radius: 9px;
    background: var(--sheet);
    color: var(--sheet-text);
    font-weight: 600;
    white-space: nowrap;
  }
  .act.main {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  .act.hard {
    border-color: var(--wrong);
    color: var(--wrong);
  }
  .act:disabled {
    border-color: var(--sheet-line);
    background: var(--sheet-soft);
    color: var(--sheet-dim);
  }
  .act svg {
    width: 16px;
    height: 16px;
  }
  .tag {
    display: inline-block;
    padding: 2px 9px;
    border-radius: 9px;
    background: var(--sheet-soft);
    color: var(--sheet-text);
    font-size: 13px;
    font-weight: 600;
    white-space: nowrap;
  }
  .tag.live {
    background: #c9102b;
    color: #fff;
  }
  .tag.good {
    background: #dff3e7;
    color: #0a5c2f;
  }
  .tag.warn {
    background: #fff0d2;
    color: #6b4500;
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 14px;
  }
  th {
    text-align: start;
    font-weight: 600;
    color: var(--sheet-dim);
    white-space: nowrap;
  }
  th,
  td {
    padding: 8px 10px 8px 0;
    border-bottom: 1px solid var(--sheet-line);
    vertical-align: top;
  }
  .number {
    text-align: end;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  th:last-child,
  td:last-child {
    padding-inline-end: 0;
  }
  a {
    color: var(--accent-light);
  }
  code {
    font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace;
    font-size: 13px;
    overflow-wrap: anywhere;
  }
  details summary {
    cursor: pointer;
    font-weight: 600;
    padding: 6px 0;
  }
`;

/** A panel that also stands in a sheet of the room (`mine`), without a frame of its own. */
export const inSheet = css`
  :host {
    display: block;
    text-align: start;
  }
  .mine {
    padding: 14px 0 0;
    border: 0;
    border-top: 1px solid var(--sheet-line);
    border-radius: 0;
  }
`;
