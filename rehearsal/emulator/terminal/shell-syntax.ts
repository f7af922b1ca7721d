/** A piece of a word: text as it is, or a variable to put in. */
export type Part =
  | { readonly text: string; readonly quoted: boolean }
  | { readonly variable: string; readonly quoted: boolean };

export interface Command {
  readonly words: readonly (readonly Part[])[];
  /** Target of each stream; streams that are not named stay as they are. */
  readonly redirects: readonly { readonly stream: "in" | "out" | "err"; readonly target: string }[];
}

export interface Pipeline {
  /** Condition on the status before; `;` always holds. */
  readonly after: ";" | "&&" | "||";
  readonly commands: readonly Command[];
}

export class ShellSyntaxError extends Error {}

const OPERATORS = ["&&", "||", ";", "|", "&", "\n"] as const;
const REDIRECT = /^([012]?)(>>|>&|>|<)/;

interface Scanner {
  readonly text: string;
  at: number;
}

/** Reads a script: words with quotes and `$NAME`, pipelines, `;`, `&&`, `||`, redirections. */
export function parseScript(text: string): Pipeline[] {
  const scanner: Scanner = { text, at: 0 };
  const pipelines: Pipeline[] = [];
  let after: Pipeline["after"] = ";";
  let commands: Command[] = [];
  let current: { words: Part[][]; redirects: { stream: "in" | "out" | "err"; target: string }[] } = fresh();
  const endCommand = (operator: string): void => {
    const isEmpty = current.words.length === 0 && current.redirects.length === 0;
    if (isEmpty && (operator === "|" || commands.length > 0)) unexpected(operator);
    if (!isEmpty) commands.push(current);
    current = fresh();
  };
  for (;;) {
    skipBlanks(scanner);
    if (scanner.at >= scanner.text.length) break;
    const operator = OPERATORS.find((one) => scanner.text.startsWith(one, scanner.at));
    const redirect = REDIRECT.exec(scanner.text.slice(scanner.at, scanner.at + 4));
    if (redirect) {
      scanner.at += redirect[0].length;
      skipBlanks(scanner);
      const target = word(scanner)
        .map((part) => ("text" in part ? part.text : ""))
        .join("");
      const stream = redirect[2] === "<" ? "in" : redirect[1] === "2" ? "err" : "out";
      current.redirects.push({ stream, target: redirect[2] === ">&" ? `&${target}` : target });
    } else if (operator === undefined) {
      current.words.push(word(scanner));
    } else {
      scanner.at += operator.length;
      endCommand(operator);
      if (operator === "|") continue;
      if (commands.length === 0 && operator !== "\n" && (operator !== ";" || pipelines.length === 0)) {
        unexpected(operator);
      }
      if (commands.length > 0) pipelines.push({ after, commands });
      commands = [];
      after = operator === "&&" || operator === "||" ? operator : ";";
    }
  }
  endCommand("newline");
  if (commands.length > 0) pipelines.push({ after, commands });
  else if (after !== ";") unexpected("end of file");
  return pipelines;
}

function fresh(): { words: Part[][]; redirects: { stream: "in" | "out" | "err"; target: string }[] } {
  return { words: [], redirects: [] };
}

function skipBlanks(scanner: Scanner): void {
  for (;;) {
    const character = scanner.text.charAt(scanner.at);
    if (character === " " || character === "\t") scanner.at += 1;
    else if (character === "\\" && scanner.text.charAt(scanner.at + 1) === "\n") scanner.at += 2;
    else if (character === "#") {
      const end = scanner.text.indexOf("\n", scanner.at);
      scanner.at = end === -1 ? scanner.text.length : end;
    } else return;
  }
}

function word(scanner: Scanner): Part[] {
  const parts: Part[] = [];
  while (scanner.at < scanner.text.length) {
    const character = scanner.text.charAt(scanner.at);
    if (/[\s;|&<>]/.test(character)) break;
    if (character === "(" || character === ")") unexpected(character);
    if (character === "'") parts.push(singleQuoted(scanner));
    else if (character === '"') parts.push(...doubleQuoted(scanner));
    else if (character === "$") parts.push(variable(scanner, false));
    else if (character === "\\") {
      parts.push({ text: scanner.text.charAt(scanner.at + 1), quoted: true });
      scanner.at += 2;
    } else {
      const plain = /^[^\s;|&<>()'"$\\]+/.exec(scanner.text.slice(scanner.at))?.[0] ?? character;
      parts.push({ text: plain, quoted: false });
      scanner.at += plain.length;
    }
  }
  return parts;
}

function singleQuoted(scanner: Scanner): Part {
  const end = scanner.text.indexOf("'", scanner.at + 1);
  if (end === -1) throw new ShellSyntaxError("Syntax error: Unterminated quoted string");
  const text = scanner.text.slice(scanner.at + 1, end);
  scanner.at = end + 1;
  return { text, quoted: true };
}

function doubleQuoted(scanner: Scanner): Part[] {
  const parts: Part[] = [{ text: "", quoted: true }];
  scanner.at += 1;
  for (;;) {
    const character = scanner.text.charAt(scanner.at);
    if (character === "") throw new ShellSyntaxError("Syntax error: Unterminated quoted string");
    if (character === '"') {
      scanner.at += 1;
      return parts;
    }
    if (character === "$") parts.push(variable(scanner, true));
    else if (character === "\\" && /[$`"\\\n]/.test(scanner.text.charAt(scanner.at + 1))) {
      parts.push({ text: scanner.text.charAt(scanner.at + 1), quoted: true });
      scanner.at += 2;
    } else {
      parts.push({ text: character, quoted: true });
      scanner.at += 1;
    }
  }
}

function variable(scanner: Scanner, quoted: boolean): Part {
  const rest = scanner.text.slice(scanner.at + 1);
  const name = /^(?:\{(\w+)\}|([A-Za-z_]\w*|[?$#0-9]))/.exec(rest);
  if (!name) {
    if (rest.startsWith("("))
      throw new ShellSyntaxError("Syntax error: command substitution is not emulated");
    scanner.at += 1;
    return { text: "$", quoted: true };
  }
  scanner.at += 1 + name[0].length;
  return { variable: name[1] ?? name[2] ?? "", quoted };
}

function unexpected(token: string): never {
  const shown = token === "\n" ? "newline" : token;
  throw new ShellSyntaxError(
    shown.startsWith("end") ? `Syntax error: ${shown} unexpected` : `Syntax error: "${shown}" unexpected`,
  );
}
