/**
 * The lines on a terminal after it received this text. It knows what refbench's live view uses: erase a line, move up,
 * and go to a column; colours are removed.
 */
export function screenOf(received: string): readonly string[] {
  const lines: string[] = [""];
  let row = 0;
  let column = 0;
  // eslint-disable-next-line no-control-regex -- a terminal's text has control characters
  for (const [piece] of received.matchAll(/\u001b\[[?\d;]*[A-Za-z]|\r|\n|[^\u001b\r\n]+/gu)) {
    if (piece === "\r") column = 0;
    else if (piece === "\n") {
      row += 1;
      column = 0;
      lines[row] ??= "";
    } else if (piece.startsWith("\u001b")) {
      const count = Number(/\d+/.exec(piece)?.[0] ?? 1);
      if (piece.endsWith("A")) row = Math.max(0, row - count);
      else if (piece.endsWith("G")) column = count - 1;
      else if (piece.endsWith("K")) lines[row] = "";
    } else {
      const line = (lines[row] ?? "").padEnd(column);
      lines[row] = line.slice(0, column) + piece + line.slice(column + piece.length);
      column += piece.length;
    }
  }
  return lines;
}

/** Text as the content or the attribute of an XML element. */
export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
