import { escapeXml } from "./screen.ts";

const [LINE, PADDING] = [20, 14];

/** A box with a title and lines of text; pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly lines: readonly string[];
}

/** A whole drawing as SVG, on a light card, so that it can be read on dark pages too. */
export function drawing(
  { width, height, title }: { readonly width: number; readonly height: number; readonly title: string },
  parts: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>',
    '<g font-family="system-ui, sans-serif" font-size="14" fill="#1f2328">',
    `<rect x="1" y="1" width="${width - 2}" height="${height - 2}" rx="8" fill="#f6f8fa" stroke="#d0d7de"/>`,
    ...parts,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** A box in SVG. */
export function boxOf({ x, y, width, height, title, lines }: Box): string {
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="#ffffff" stroke="#57606a"/>`,
    textLine(x + PADDING, y + 28, title, true),
    ...lines.map((line, index) => textLine(x + PADDING, y + 28 + LINE * (index + 1), line)),
  ].join("\n");
}

/** An arrow along an SVG path. */
export function arrow(path: string): string {
  return `<path d="${path}" stroke="#57606a" fill="none" marker-end="url(#tip)"/>`;
}

/** One line of text; `y` is its baseline. */
export function textLine(x: number, y: number, words: string, isBold = false): string {
  return `<text x="${x}" y="${y}"${isBold ? ' font-weight="600"' : ""}>${escapeXml(words)}</text>`;
}
