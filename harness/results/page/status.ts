import type { RunRecord } from "../../model/record/record.ts";
import { type Html, html } from "./html.ts";

/** How bad a word is: colour and sign follow it, the word itself is always there. */
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
  worse: "bad",
  better: "good",
  warning: "warn",
  "not judged": "idle",
  stale: "warn",
  missing: "warn",
} satisfies Partial<Record<RunRecord["verdict"], Tone>> & Record<string, Tone>;

const SIGNS = { good: "✓", warn: "!", bad: "✕", idle: "–" } as const;

/** A status: its word, with a colour and a sign that add to it. */
export function chip(word: string): Html {
  const tone = TONES[word] ?? "idle";
  return html`<span class="chip ${tone}"><span aria-hidden="true">${SIGNS[tone]}</span> ${word}</span>`;
}

/** The sign of a status alone, where its word is said beside it or to those who only hear. */
export function toneOf(word: string): { readonly tone: Tone; readonly sign: string } {
  const tone = TONES[word] ?? "idle";
  return { tone, sign: SIGNS[tone] };
}
