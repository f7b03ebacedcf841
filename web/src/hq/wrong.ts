import type { Problem } from "../api/problem.ts";
import type { HqText } from "../text/hq-en.ts";

/** A refusal in one line, for where no field can carry it. */
export function problemText(problem: Problem, text: HqText, fields: readonly string[] = []): string {
  return problem.status === 0 ? text.notReached : problem.besides(fields);
}
