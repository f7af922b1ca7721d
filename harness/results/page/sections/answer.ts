import type { LimitEvidence, LimitFinding, Limits } from "../../../model/observation/limits.ts";
import type { RunRecord } from "../../../model/record/record.ts";
import { formatDuration } from "../../format/format.ts";
import { seriesWords } from "../../format/unit-words.ts";
import { heading } from "../parts/heading.ts";
import { type Child, type Html, html } from "../parts/html.ts";
import { chartAnchor, chartWith } from "./server-charts.ts";

const TONES = {
  limited: "warn",
  "nothing-saturated": "good",
  "met-with-room": "good",
  unknown: "idle",
} as const satisfies Record<Limits["answer"], string>;

/** Draws the answer to what held the load back, with its evidence; undefined where the record has none. */
export function answerSection({ limits, observation }: RunRecord): Html | undefined {
  if (limits === undefined) return undefined;
  const { answer, sentence, findings, unjudged } = limits;
  const [leading, ...others] = findings;
  const isDrawn = (figure: string): boolean =>
    observation?.series.some(({ name }) => name === figure) === true;
  return html`<section class="answer ${TONES[answer]}" aria-labelledby="answer">
    ${heading(2, asSentence(sentence), "answer")} ${leading !== undefined && findingOf(leading, isDrawn)}
    ${
      others.length > 0 &&
      html`<details>
        <summary>What else held it back (${others.length})</summary>
        ${others.map(
          (finding) =>
            html`<h3>${asSentence(finding.limit)}</h3>
              ${findingOf(finding, isDrawn)}`,
        )}
      </details>`
    }
    ${
      unjudged.length > 0 &&
      html`<details>
        <summary>What could not be judged (${unjudged.length})</summary>
        <ul>
          ${unjudged.map(({ rule, why }) => html`<li><code>${rule}</code>: ${why}</li> `)}
        </ul>
      </details>`
    }
  </section>`;
}

function findingOf(
  { advice, confidence, share, firstAtMs, lastAtMs, evidence, rule }: LimitFinding,
  isDrawn: (figure: string) => boolean,
): Html {
  return html`<ul>
      ${evidence.map((each) => html`<li>${evidenceOf(each, isDrawn)}</li> `)}
    </ul>
    <p>${asSentence(advice)}</p>
    <p class="note">
      Held for ${seriesWords(share, "share")} of the judged time, from
      ${formatDuration(Math.max(0, firstAtMs))} to ${formatDuration(Math.max(0, lastAtMs))} after the load
      began. Confidence: ${confidence}. Rule:
      <code>${rule}</code>.
    </p>`;
}

/** The words of a value, with a link to its chart where there is one. */
function evidenceOf({ figure, words, atMs }: LimitEvidence, isDrawn: (figure: string) => boolean): Child {
  const when = atMs === undefined ? "" : `, ${formatDuration(Math.max(0, atMs))} after the load began`;
  if (!isDrawn(figure)) return `${words}${when}`;
  const chart = chartWith(figure) ?? figure.replaceAll(".", "-");
  return html`<a href="#${chartAnchor(chart)}">${words}</a>${when}`;
}

/** Begins with a capital letter and ends with a full stop. */
function asSentence(words: string): string {
  const begun = `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
