import type { RunRecord } from "../../../model/record/record.ts";
import { type Html, html } from "./html.ts";

/** The severity of a word, shown by colour and sign beside the word. */
type Tone = "good" | "warn" | "bad" | "idle";

const TONES: Readonly<Record<string, Tone>> = {
  pass: "good",
  met: "good",
  clean: "good",
  ok: "good",
  "generator-limited": "warn",
  interrupted: "warn",
  unverified: "bad",
  leaked: "bad",
  "cost-ceiling": "bad",
  infrastructure: "bad",
  "harness-error": "bad",
  "slo-failed": "bad",
  MISSED: "bad",
  failed: "bad",
  different: "warn",
  regression: "bad",
  worse: "bad",
  better: "good",
  warning: "warn",
  "not judged": "idle",
  stale: "warn",
  missing: "warn",
} satisfies Partial<Record<RunRecord["verdict"], Tone>> & Record<string, Tone>;

const SIGNS = { good: "✓", warn: "!", bad: "✕", idle: "–" } as const;

/** Draws a status: its word with a colour and a sign. */
export function chip(word: string): Html {
  const tone = TONES[word] ?? "idle";
  return html`<span class="chip ${tone}"><span aria-hidden="true">${SIGNS[tone]}</span> ${word}</span>`;
}

/** Returns the sign of a status, for places that show its word separately. */
export function toneOf(word: string): { readonly tone: Tone; readonly sign: string } {
  const tone = TONES[word] ?? "idle";
  return { tone, sign: SIGNS[tone] };
}
