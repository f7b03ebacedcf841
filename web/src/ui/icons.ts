import { html, type SVGTemplateResult, svg, type TemplateResult } from "lit";

const draw = (path: SVGTemplateResult): TemplateResult =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`;

export const icons = {
  bag: draw(svg`<path d="M5 8h14l-1 12H6L5 8Z"/><path d="M9 8V7a3 3 0 0 1 6 0v1"/>`),
  cart: draw(
    svg`<path d="M3 4h2.4l2.2 11.2a1 1 0 0 0 1 .8h8.9a1 1 0 0 0 1-.8L20 8H6.3"/><circle cx="9.5" cy="20" r="1"/><circle cx="17" cy="20" r="1"/>`,
  ),
  heart: draw(svg`<path d="M12 20s-7.5-4.6-7.5-10A4.4 4.4 0 0 1 12 7.2 4.4 4.4 0 0 1 19.5 10c0 5.4-7.5 10-7.5 10Z"/>`),
  share: draw(
    svg`<circle cx="6" cy="12" r="2.5"/><circle cx="17" cy="6" r="2.5"/><circle cx="17" cy="18" r="2.5"/><path d="m8.2 10.8 6.600-3.600M8.200 13.200l6.600 3.600"/>`,
  ),
  send: draw(svg`<path d="M4 12 20 4l-5 16-3.5-6.500L4 12Z"/>`),
  close: draw(svg`<path d="m6 6 12 12M18 6 6 18"/>`),
  receipt: draw(svg`<path d="M6 3h12v18l-3-2-3 2-3-2-3 2V3Z"/><path d="M9 8h6M9 12h6"/>`),
  people: draw(svg`<circle cx="12" cy="8" r="3.5"/><path d="M5 20c.6-3.8 3.5-6 7-6s6.4 2.2 7 6"/>`),
  soundOn: draw(
    svg`<path d="M4 10v4h3.500L12 18V6L7.5 10H4Z"/><path d="M15.5 9a4 4 0 0 1 0 6M18 6.500a7.5 7.5 0 0 1 0 11"/>`,
  ),
  soundOff: draw(svg`<path d="M4 10v4h3.500L12 18V6L7.5 10H4Z"/><path d="m16 9.5 5 5m0-5-5 5"/>`),
  play: draw(svg`<path d="M8 5v14l11-7L8 5Z" fill="currentColor"/>`),
  plus: draw(svg`<path d="M12 6v12M6 12h12"/>`),
  minus: draw(svg`<path d="M6 12h12"/>`),
  trash: draw(svg`<path d="M5 7h14M9 7V4.500h6V7M7 7l1 13h8l1-13"/>`),
  check: draw(svg`<path d="m5 12.5 4.5 4.500L19 7.5"/>`),
  horn: draw(svg`<path d="M4 10v4h3l8 4V6l-8 4H4Z"/><path d="M18.5 10v4"/>`),
  copy: draw(svg`<path d="M9 9h10v11H9V9Z"/><path d="M15 9V4H5v11h4"/>`),
};
