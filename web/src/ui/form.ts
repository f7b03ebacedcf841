import { css, html, nothing, type TemplateResult } from "lit";

export const formStyle = css`
  form {
    display: grid;
    gap: 14px;
  }
  label {
    display: grid;
    gap: 4px;
    font-size: 14px;
    color: var(--sheet-dim);
  }
  label input,
  label textarea,
  label select {
    width: 100%;
    min-height: 44px;
    padding: 9px 12px;
    border: 1px solid #8b929f;
    border-radius: 10px;
    background: var(--sheet);
    color: var(--sheet-text);
    font-size: 16px; /* smaller, and phones zoom in */
  }
  label textarea {
    resize: vertical;
  }
  label [aria-invalid="true"] {
    border-color: var(--wrong);
    box-shadow: 0 0 0 1px var(--wrong);
  }
  .wrong {
    color: var(--wrong);
    font-size: 14px;
    overflow-wrap: anywhere;
  }
  .hint {
    color: var(--sheet-dim);
    font-size: 13px;
  }
`;

export interface FieldOptions {
  label: string;
  name: string;
  value?: string;
  wrong?: string;
  type?: string;
  autocomplete?: string;
  inputmode?: string;
  placeholder?: string;
  rows?: number;
  required?: boolean;
}

/** A labelled field with what is wrong with it beneath, tied to it for those who listen. */
export function field(options: FieldOptions): TemplateResult {
  const { label, name, wrong = "" } = options;
  const described = wrong === "" ? nothing : `${name}-wrong`;
  return html`<div class="field">
    <label>${label}${options.rows ? area(options, described) : line(options, described)}</label>
    ${wrong === "" ? nothing : html`<p class="wrong" id="${name}-wrong" role="alert">${wrong}</p>`}
  </div>`;
}

function line(options: FieldOptions, described: string | typeof nothing): TemplateResult {
  return html`<input
    name=${options.name}
    type=${options.type ?? "text"}
    .value=${options.value ?? ""}
    autocomplete=${(options.autocomplete ?? "off") as "off"}
    inputmode=${(options.inputmode ?? nothing) as "text"}
    placeholder=${options.placeholder ?? nothing}
    ?required=${options.required ?? false}
    aria-invalid=${described === nothing ? "false" : "true"}
    aria-describedby=${described}
  />`;
}

function area(options: FieldOptions, described: string | typeof nothing): TemplateResult {
  return html`<textarea
    name=${options.name}
    rows=${options.rows ?? 2}
    .value=${options.value ?? ""}
    autocomplete=${(options.autocomplete ?? "off") as "off"}
    ?required=${options.required ?? false}
    aria-invalid=${described === nothing ? "false" : "true"}
    aria-describedby=${described}
  ></textarea>`;
}

/** The fields' texts, trimmed. */
export function formValues(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
}

/** Puts the focus on the first field that is wrong, or what stands for one (`data-wrong`), once it is drawn. */
export function focusFirstWrong(root: ParentNode): void {
  root.querySelector<HTMLElement>('[aria-invalid="true"], [data-wrong]')?.focus();
}
