/**
 * Draws the recording of a terminal as SVG, for documents:
 *
 *   script --quiet --command "npx refbench run gke --rehearse" recording.txt
 *   node --import tsx scripts/terminal-picture.ts recording.txt --lines 1-9,80-84 > docs/pictures/terminal.svg
 *
 * Without --lines it prints the screen's lines with their numbers. Exit code 2 = a wrong flag.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { escapeXml, screenOf } from "./docs/screen.ts";

const [FONT_PX, LINE_PX, CHARACTER_PX, MARGIN_PX, TITLE_PX] = [14, 20, 8.43, 16, 28];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { lines: { type: "string" }, title: { type: "string", default: "" } },
});
const screen = screenOf(await readFile(positionals[0] ?? "/dev/stdin", "utf8"));
if (values.lines === undefined) screen.forEach((line, index) => console.log(`${index + 1}\t${line}`));
else if (/^\d+-\d+(,\d+-\d+)*$/.test(values.lines))
  console.log(pictureOf(linesIn(values.lines), values.title));
else {
  console.error(`--lines must be ranges such as 1-9,80-84; got "${values.lines}"`);
  process.exitCode = 2;
}

/** The lines of each range; "…" replaces the lines between two ranges. */
function linesIn(ranges: string): readonly string[] {
  return ranges.split(",").flatMap((range, index) => {
    const [from = 1, to = from] = range.split("-").map(Number);
    return [...(index === 0 ? [] : ["…"]), ...screen.slice(from - 1, to)];
  });
}

function pictureOf(lines: readonly string[], title: string): string {
  const width = Math.ceil(Math.max(...lines.map(({ length }) => length)) * CHARACTER_PX + 2 * MARGIN_PX);
  const height = TITLE_PX + lines.length * LINE_PX + 2 * MARGIN_PX;
  const text = lines.map((line, index) => {
    const y = TITLE_PX + MARGIN_PX + index * LINE_PX + FONT_PX;
    return `<text x="${MARGIN_PX}" y="${y}" xml:space="preserve">${escapeXml(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${FONT_PX}" fill="#e6edf3">`,
    `<text x="${MARGIN_PX}" y="22" fill="#8b949e">${escapeXml(title)}</text>`,
    ...text,
    "</g>",
    "</svg>",
  ].join("\n");
}
