// What can be measured of a page's texts and controls, through all shadow roots. `audit()` gives what is wrong.

function* shown(root) {
  for (const element of root.querySelectorAll("*")) {
    if (element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) yield element;
    if (element.shadowRoot) yield* shown(element.shadowRoot);
  }
}

const parentOf = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;

/** [r, g, b, alpha] of a computed colour, by drawing it. */
const drawn = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgba(colour) {
  drawn.clearRect(0, 0, 1, 1);
  drawn.fillStyle = colour;
  drawn.fillRect(0, 0, 1, 1);
  return [...drawn.getImageData(0, 0, 1, 1).data].map((part, i) => (i === 3 ? part / 255 : part));
}

const over = (top, under) => top.slice(0, 3).map((part, i) => part * top[3] + under[i] * (1 - top[3]));

/** The colour behind an element; null where a picture or a gradient is. */
function ground(element) {
  const layers = [];
  for (let at = element; at !== null; at = parentOf(at)) {
    const style = getComputedStyle(at);
    if (style.backgroundImage !== "none") return null;
    const colour = rgba(style.backgroundColor);
    layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reduceRight((under, top) => over(top, under), [255, 255, 255]);
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const ownText = (element) =>
  [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "");

/** WCAG 1.4.3: 4.5, and 3 for large text (24px, or 18.66px bold); what is disabled is exempt. */
function isFaint(element) {
  const style = getComputedStyle(element);
  const behind = ground(element);
  if (behind === null || element.closest(":disabled, [aria-hidden=true]")) return false;
  const size = Number.parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  return contrast(over(rgba(style.color), behind), behind) < (large ? 3 : 4.5);
}

/** WCAG 2.5.8: 24 by 24; links within a line of text are exempt. */
function isSmall(element) {
  const box = element.getBoundingClientRect();
  if (!element.matches("button, input, select, textarea") || element.matches("[type=radio]") || box.width === 0) return false;
  return box.width < 24 || box.height < 24;
}

const named = (element) => `<${element.localName} class="${element.className}"> ${element.textContent.trim().slice(0, 40)}`;

globalThis.audit = () => {
  const elements = [...shown(document)];
  const texts = elements.filter(ownText);
  return {
    texts: texts.length,
    faint: texts.filter(isFaint).map((element) => `${named(element)} on ${ground(element)}`),
    small: elements.filter(isSmall).map(named),
  };
};
