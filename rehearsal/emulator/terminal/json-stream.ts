import { parseJson } from "../../../harness/tools/parse-json.ts";
/** A message of a web terminal's client. */
export interface TerminalMessage {
  readonly data?: string;
  readonly width?: number;
  readonly height?: number;
}

/** JSON objects from a byte stream: several may come in one frame, and one over several frames. */
export class JsonStream {
  #rest = "";

  /** The objects complete so far; throws on what can never become JSON. */
  push(frame: Buffer): TerminalMessage[] {
    const text = this.#rest + frame.toString("utf8");
    this.#rest = "";
    const messages: TerminalMessage[] = [];
    let start = 0;
    for (;;) {
      while (/\s/.test(text.charAt(start))) start += 1;
      if (start >= text.length) return messages;
      if (text.charAt(start) !== "{")
        throw new SyntaxError(`not an object: ${text.slice(start, start + 20)}`);
      const end = endOfObject(text, start);
      if (end === -1) {
        this.#rest = text.slice(start);
        return messages;
      }
      messages.push(parseJson(text.slice(start, end)) as TerminalMessage);
      start = end;
    }
  }
}

function endOfObject(text: string, start: number): number {
  let depth = 0;
  let isInString = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (isInString) {
      if (character === "\\") index += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === "{") depth += 1;
    else if (character === "}") {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return -1;
}
