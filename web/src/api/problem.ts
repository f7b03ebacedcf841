/** Problem documents (RFC 9457), and the one way the pages ask the server. */

export interface FieldProblem {
  field: string;
  detail: string;
}

/** What the server refused. `status` is 0 when it could not be reached, and then nobody knows whether it acted. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly errors: readonly FieldProblem[] = [],
    /** The last word of the problem's type, such as "sold-out"; "" when the answer was no problem document. */
    readonly word: string = "",
    /** The language of all that it says; "" when nobody knows. */
    readonly language: string = "",
  ) {
    super(detail);
  }

  /** The server has decided: sending the same again will not help. */
  get final(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }

  /** What is wrong with a field, or "". A field in a part of the body is named `contact.phone` or just `phone`. */
  at(field: string): string {
    const found = this.errors.find((error) => error.field === field || error.field.endsWith(`.${field}`));
    return found?.detail ?? "";
  }

  /** What belongs to none of the shown fields, for the form's own line. */
  besides(fields: readonly string[]): string {
    if (this.errors.length === 0) return this.message;
    const rest = this.errors.filter(
      ({ field }) => !fields.some((name) => field === name || field.endsWith(`.${name}`)),
    );
    return rest.map((error) => error.detail).join(" ");
  }
}

/** Reads a refusal whatever its body is: a proxy in between answers with a page, not with a problem. */
export function problemFrom(status: number, text: string, language = ""): Problem {
  try {
    const body = JSON.parse(text) as { type?: unknown; detail?: unknown; title?: unknown; errors?: unknown };
    const errors = Array.isArray(body.errors) ? (body.errors as FieldProblem[]) : [];
    const word = String(body.type ?? "")
      .split("/")
      .at(-1);
    return new Problem(status, String(body.detail || body.title || status), errors, word, language);
  } catch {
    return new Problem(status, `HTTP ${status}`);
  }
}

export interface Ask {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  /** In place of a body: its bytes, under its own type. */
  file?: File;
  headers?: Record<string, string>;
  /** Hears the answer's headers. */
  heard?: (headers: Headers) => void;
}

/** The address of the next page, as a list's answer links to it. */
export function nextPage(link: string | null): string | null {
  return /<([^>]*)>;\s*rel="next"/.exec(link ?? "")?.[1] ?? null;
}

/** A page of a list, and the address of the one after it. */
export async function askPage<T>(url: string): Promise<{ rows: T[]; next: string | null }> {
  let next: string | null = null;
  const heard = (headers: Headers) => {
    next = nextPage(headers.get("Link"));
  };
  return { rows: await ask<T[]>(url, { heard }), next };
}

/** So many of the first pages of a list, and whether there are more. */
export async function askPages<T>(url: string, limit: number, pages: number): Promise<{ all: T[]; more: boolean }> {
  const all: T[] = [];
  let next: string | null = `${url}${url.includes("?") ? "&" : "?"}limit=${limit}`;
  for (let read = 0; next !== null && read < pages; read++) {
    const page: { rows: T[]; next: string | null } = await askPage<T>(next);
    all.push(...page.rows);
    next = page.next;
  }
  return { all, more: next !== null };
}

/** All pages of a list. */
export async function askAll<T>(url: string): Promise<T[]> {
  return (await askPages<T>(url, 1000, Number.POSITIVE_INFINITY)).all; // commerce/paging.py
}

/** The language that the page is in, which need not be the browser's. */
export function pageLanguage(): string {
  return globalThis.document?.documentElement.lang ?? "";
}

export function inPageLanguage(): Record<string, string> {
  const language = pageLanguage();
  return language === "" ? {} : { "Accept-Language": language };
}

const ANSWER_MS_MAX = 15_000;
const UPLOAD_MS_MAX = 120_000; // a file, over a phone

/** So many times after a login, while its cookie is on its way, everything else is asked again: nothing was done yet. */
const RENEWED_TRIES_MAX = 3;
const RENEWED_WAIT_MS = 1_000;

/** Sends JSON, gives JSON. Throws only `Problem`. */
export async function ask<T>(url: string, how: Ask = {}): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await askOnce(url, how);
    } catch (error) {
      if ((error as Problem).word !== "renewed" || tries === RENEWED_TRIES_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, RENEWED_WAIT_MS));
    }
  }
}

async function askOnce<T>(url: string, { method = "GET", body, file, headers = {}, heard }: Ask): Promise<T> {
  const type = file?.type ?? (body === undefined ? "" : "application/json");
  const typed: Record<string, string> = type === "" ? {} : { "Content-Type": type };
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      method,
      credentials: "include",
      headers: { Accept: "application/json", ...inPageLanguage(), ...typed, ...headers },
      body: file ?? (body === undefined ? null : JSON.stringify(body)),
      signal: AbortSignal.timeout(file === undefined ? ANSWER_MS_MAX : UPLOAD_MS_MAX),
    });
    text = await answer.text();
  } catch {
    throw new Problem(0, "");
  }
  if (!answer.ok) throw problemFrom(answer.status, text, answer.headers.get("Content-Language") ?? "");
  heard?.(answer.headers);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** A file that the server makes, however long that takes. Throws only `Problem`. */
export async function askFile(url: string, how: RequestInit = {}): Promise<Blob> {
  const headers = { ...inPageLanguage(), ...(how.headers as Record<string, string> | undefined) };
  try {
    const answer = await fetch(url, { ...how, credentials: "include", headers });
    if (answer.ok) return await answer.blob();
    throw problemFrom(answer.status, await answer.text(), answer.headers.get("Content-Language") ?? "");
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(0, "");
  }
}
