/** What the project's charts have in common: an SVG that reads well on a light and on a dark page. */

/** A chart; lengths are pixels. */
export interface Drawing {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** CSS rules: those of a light page, and those that differ on a dark one. */
  readonly light: string;
  readonly dark: string;
  /** SVG elements below the title. */
  readonly body: readonly string[];
  /** A sentence at the foot. */
  readonly note: string;
}

/** From the edges of a chart to what is in it. */
export const margin = 36;

/** A chart as an SVG document. */
export function svg({ title, width, height, light, dark, body, note }: Drawing): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escapeText(title)}</title>
  <style>
    .page { fill: #ffffff } .text { fill: #1f2933 } .note { fill: #5f6b7a } .grid { stroke: #d9dee5 } .axis { stroke: #8a94a3 }
    ${light}
    @media (prefers-color-scheme: dark) {
      .page { fill: #11161d } .text { fill: #e6eaf0 } .note { fill: #9aa5b4 } .grid { stroke: #2a323d } .axis { stroke: #66717f }
      ${dark}
    }
    text { font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; font-size: 13px }
    .title { font-size: 20px; font-weight: 600 } .part { font-size: 15px; font-weight: 600 } .small { font-size: 11.5px }
    path { fill: none; stroke-linejoin: round } .area { stroke: none }
  </style>
  <rect class="page" width="${width}" height="${height}" rx="12"/>
  <text class="text title" x="${margin}" y="46">${escapeText(title)}</text>
  ${body.join("\n  ")}
  <text class="note small" x="${margin}" y="${height - 22}">${escapeText(note)}</text>
</svg>
`;
}

/** Text as an SVG has it. */
export const escapeText = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** A place on the page, to a tenth of a pixel. */
export const round = (value: number): string => String(Math.round(value * 10) / 10);
