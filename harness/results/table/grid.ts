import { oneLine } from "../../tools/safe-text.ts";

/** One text table. */
export interface Grid {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Indexes of right-aligned columns of figures. */
  readonly right?: ReadonlySet<number>;
}

/**
 * Draws a table within a width. Cells wrap at spaces and after slashes and hyphens. If even their longest words do not
 * fit side by side, each row becomes a list of its cells.
 */
export function drawGrid({ header, rows: given, right = new Set() }: Grid, width: number): string {
  const rows = given.map((cells) => cells.map(oneLine));
  const lines = [header, ...rows];
  const natural = header.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? "").length)));
  const least = header.map((_, column) =>
    Math.max(
      ...lines.flatMap((cells) => piecesOf(cells[column] ?? "").map((piece) => piece.trimEnd().length)),
    ),
  );
  const gap =
    [3, 2].find((spaces) => total(natural, spaces) <= width) ??
    [2, 1].find((spaces) => total(least, spaces) <= width);
  if (gap === undefined) return drawLists({ header, rows }, width);
  const widths = fit(natural, least, width - gap * (header.length - 1));
  const draw = (cells: readonly string[]): string[] => {
    const wrapped = widths.map((columnWidth, column) => wrap(cells[column] ?? "", columnWidth));
    const height = Math.max(...wrapped.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      wrapped
        .map((cell, column) => {
          const text = cell[line] ?? "";
          return right.has(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
        })
        .join(" ".repeat(gap))
        .trimEnd(),
    );
  };
  const rule = widths.map((columnWidth) => "-".repeat(columnWidth)).join(" ".repeat(gap));
  return [...draw(header), rule, ...rows.flatMap(draw)].join("\n");
}

/** Wraps text into lines of at most `width` characters. A quoted command stays whole, so that it can be pasted. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (let piece of piecesOf(oneLine(text))) {
    if (line !== "" && (line + piece).trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = "";
    }
    while (piece.trimEnd().length > width && !isCommand(piece)) {
      lines.push(piece.slice(0, width));
      piece = piece.slice(width);
    }
    line += piece;
  }
  lines.push(line.trimEnd());
  return lines;
}

/** Splits text where a line may break; each part includes the separator after it. Dates and commands stay whole. */
function piecesOf(text: string): readonly string[] {
  return text.match(/"refbench [^"]*"[^\s]*\s*|\d{4}-\d\d-\d\d\s*|[^\s/-]*[/-]+|[^\s/-]+\s*|\s+/g) ?? [];
}

function isCommand(piece: string): boolean {
  return piece.startsWith('"refbench ');
}

/** Narrows the widest column that can still shrink until the line fits. */
function fit(natural: readonly number[], least: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  while (total(widths, 0) > width) {
    const givers = widths.map((each, column) => (each > (least[column] ?? 0) ? each : 0));
    const widest = Math.max(...givers);
    if (widest === 0) break;
    widths[givers.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function drawLists({ header, rows }: Grid, width: number): string {
  const indent = Math.max(...header.map((name) => name.length)) + 2;
  return rows
    .map((cells) =>
      header
        .flatMap((name, column) =>
          wrap(cells[column] ?? "", width - indent).map(
            (line, index) => `${(index === 0 ? name : "").padEnd(indent)}${line}`,
          ),
        )
        .join("\n"),
    )
    .join("\n\n");
}

function total(widths: readonly number[], gap: number): number {
  return widths.reduce((sum, each) => sum + each, gap * (widths.length - 1));
}
