/** A month for an address: from its first day to the next one's, not included. */
export interface Month {
  start: string;
  end: string;
  name: string;
}

/** The latest months, the present one first; `now` is where the reader is. */
export function latestMonths(now: Date, count: number, language: string): Month[] {
  const names = new Intl.DateTimeFormat(language, { year: "numeric", month: "long" });
  const first = (back: number) => new Date(now.getFullYear(), now.getMonth() - back, 1);
  return Array.from({ length: count }, (_, back) => ({
    start: day(first(back)),
    end: day(first(back - 1)),
    name: names.format(first(back)),
  }));
}

function day(date: Date): string {
  const [month, number] = [date.getMonth() + 1, date.getDate()].map((each) => String(each).padStart(2, "0"));
  return `${date.getFullYear()}-${month}-${number}`;
}
