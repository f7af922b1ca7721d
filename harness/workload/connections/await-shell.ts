import { randomInt } from "node:crypto";
import { lastWords } from "../../coder/last-words.ts";
import type { ShellSession } from "../../coder/shell-session.ts";

/** The first line may be taken by a question such as "press any key": after this long without an answer, ask again. */
const ASK_AGAIN_MS = 3_000;
const TRIES = 3;

/** No digit and none of the letters that menus and questions offer, such as q, y and n. */
const LETTERS = "bdfgjkpvwz";
const HALF = 6;

/** What waiting for a shell ends in: `asking` when something else reads what is typed; `words` are its last ones. */
export type ShellOutcome =
  { readonly state: "shell" } | { readonly state: "asking" | "silent" | "closed"; readonly words: string };

/**
 * Waits until a shell reads what is typed: asks for a word in two quoted halves, which only a shell joins. Until it is
 * answered nothing else may be typed, since whatever reads it instead could take it for an answer to its own question.
 * A session that answered before is a shell already.
 */
export async function awaitShell(session: ShellSession, timeoutMs: number): Promise<ShellOutcome> {
  const deadlineMs = performance.now() + timeoutMs;
  const typed: string[] = [];
  for (let tries = 1; ; tries++) {
    const leftMs = Math.max(1, deadlineMs - performance.now());
    const [one, two] = [randomWord(), randomWord()];
    const line = `echo "${one}""${two}"`;
    typed.push(line);
    const outcome = await session.ask(line, one + two, {
      timeoutMs: tries === TRIES ? leftMs : Math.min(ASK_AGAIN_MS, leftMs),
      mayFollowPrompt: true,
    });
    const isOver = tries === TRIES || performance.now() >= deadlineMs;
    if (outcome.state === "answered") return { state: "shell" };
    if (outcome.state === "silent" && !isOver) continue;
    const words = lastWords(without(typed, outcome.output));
    if (outcome.state === "closed") return { state: "closed", words };
    return { state: outcome.output === "" ? "silent" : "asking", words };
  }
}

/** The echo of what was typed says nothing about what reads it. */
function without(typed: readonly string[], output: string): string {
  return typed.reduce((text, line) => text.replaceAll(line, ""), output);
}

function randomWord(): string {
  return Array.from({ length: HALF }, () => LETTERS.charAt(randomInt(LETTERS.length))).join("");
}
