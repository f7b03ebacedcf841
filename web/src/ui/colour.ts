/** The room's accent colour is the merchant's choice; that its text can be read is ours (WCAG 2.2, 1.4.3: 4.5 to 1). */

const READABLE = 4.5;
const FALLBACK = "#e4393c";

type Rgb = readonly [number, number, number];

function parse(hex: string): Rgb {
  const digits = /^#([0-9a-f]{6})$/i.exec(hex)?.[1] ?? FALLBACK.slice(1);
  const value = Number.parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function text(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** WCAG 2.2, relative luminance. */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(parse(one)), luminance(parse(other))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** The colour, moved toward white or black just as far as it needs to be read on the ground. */
export function readableOn(colour: string, ground: string): string {
  const end: Rgb = luminance(parse(ground)) < 0.18 ? [255, 255, 255] : [0, 0, 0];
  const from = parse(colour);
  for (let step = 0; step < 20; step++) {
    const mixed = text(from.map((part, i) => part + ((end[i] ?? 0) - part) * (step / 20)) as unknown as Rgb);
    if (contrast(mixed, ground) >= READABLE) return mixed;
  }
  return text(end);
}

export interface Accent {
  fill: string; // behind text
  onFill: string; // that text
  onDark: string; // as text on the dark stage
  onLight: string; // as text on a sheet
}

const NEARLY = 3; // white on it is nearly readable: the colour gives way a little, and white stays

export function accentFrom(hex: string, dark: string, light: string): Accent {
  const wished = text(parse(hex));
  const whiteOn = contrast(wished, "#ffffff") >= NEARLY;
  const fill = whiteOn ? readableOn(wished, "#ffffff") : wished;
  return {
    fill,
    onFill: whiteOn ? "#ffffff" : "#000000",
    onDark: readableOn(wished, dark),
    onLight: readableOn(wished, light),
  };
}
