import { stripVTControlCharacters } from "node:util";

const MAX_LENGTH = 200;
/** A prompt alone says nothing about why a shell ended. */
const PROMPT = /^\S{0,60} ?[#$%>❯]$/u;

/**
 * The last lines that a terminal printed, on one line, without control characters, at most 200 characters.
 * Empty if it printed only a prompt. `output` has one character per byte.
 */
export function lastWords(output: string): string {
  const lines = readableLines(Buffer.from(output, "latin1").toString("utf8"));
  if (PROMPT.test(lines.at(-1) ?? "")) lines.pop();
  const words = lines.join(" / ");
  return words.length > MAX_LENGTH ? `…${words.slice(-MAX_LENGTH)}` : words;
}

/** Lines as a person reads them: without colours and other control characters, blanks around them, and empty ones. */
export function readableLines(text: string): string[] {
  return stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\p{Cc}/gu, " ").trim())
    .filter((line) => line !== "");
}
