import { randomInt } from "node:crypto";
import { lastWords } from "../../coder/last-words.ts";
import type { ShellSession } from "../../coder/shell-session.ts";

/**
 * A question such as "press any key" may consume the first line. After this long without an answer, ask
 * again.
 */
const ASK_AGAIN_MS = 3_000;
const TRIES = 3;

/** No digits, and none of the letters that menus and questions offer, such as q, y and n. */
const LETTERS = "bdfgjkpvwz";
const HALF = 6;

/** The question that a shell answered: when it was first typed, and when the answer came, by `performance.now()`. */
export interface ShellProof {
  readonly askedMs: number;
  readonly atMs: number;
}

/**
 * The result of waiting for a shell. `asking`: something else reads the input; `words` are its last output.
 */
export type ShellOutcome =
  | { readonly state: "shell"; readonly proof: ShellProof }
  | { readonly state: "asking" | "silent" | "closed"; readonly words: string };

/**
 * Waits until a shell reads the input: asks for a word in two quoted halves, which only a shell joins.
 * Nothing else may be typed before the answer, because another program could take it for an answer to its own
 * question. The answer proves the connection as a nonce does, so no other question follows. `alsoRun` is a command
 * for the shell to run after its answer, on the same line.
 */
export async function awaitShell(
  session: ShellSession,
  timeoutMs: number,
  alsoRun?: string,
): Promise<ShellOutcome> {
  const askedMs = performance.now();
  const deadlineMs = askedMs + timeoutMs;
  const typed: string[] = [];
  for (let tries = 1; ; tries++) {
    const leftMs = Math.max(1, deadlineMs - performance.now());
    const [one, two] = [randomWord(), randomWord()];
    const line = `echo "${one}""${two}"${alsoRun === undefined ? "" : `; ${alsoRun}`}`;
    typed.push(line);
    const outcome = await session.ask(line, one + two, {
      timeoutMs: tries === TRIES ? leftMs : Math.min(ASK_AGAIN_MS, leftMs),
      mayFollowPrompt: true,
    });
    const isOver = tries === TRIES || performance.now() >= deadlineMs;
    if (outcome.state === "answered") return { state: "shell", proof: { askedMs, atMs: outcome.atMs } };
    if (outcome.state === "silent" && !isOver) continue;
    const words = lastWords(removeEcho(typed, outcome.output));
    if (outcome.state === "closed") return { state: "closed", words };
    return { state: outcome.output === "" ? "silent" : "asking", words };
  }
}

/** Removes the echo of the input, which says nothing about what reads it. */
function removeEcho(typed: readonly string[], output: string): string {
  return typed.reduce((text, line) => text.replaceAll(line, ""), output);
}

function randomWord(): string {
  return Array.from({ length: HALF }, () => LETTERS.charAt(randomInt(LETTERS.length))).join("");
}
