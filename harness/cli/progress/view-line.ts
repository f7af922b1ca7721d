import { styleText } from "node:util";
import { oneLine } from "../../tools/safe-text.ts";
import { clip } from "./words.ts";

type Format = Extract<Parameters<typeof styleText>[0], string>;

/** One line of the live view; `from` to `to` (characters) of it are shown in a colour. */
export interface ViewLine {
  readonly text: string;
  readonly accent?: { readonly from: number; readonly to: number; readonly format: Format };
}

/** The line as the terminal gets it: one line, at most `width` characters, with its colour where colours are shown. */
export function renderLine({ text, accent }: ViewLine, width: number, hasColours: boolean): string {
  const line = clip(oneLine(text), width);
  if (!hasColours || accent === undefined) return line;
  const { from, to, format } = accent;
  // The caller knows the stream and its environment; styleText would look at the process's own.
  const coloured = styleText(format, line.slice(from, to), { validateStream: false });
  return `${line.slice(0, from)}${coloured}${line.slice(to)}`;
}
