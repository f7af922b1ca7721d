import { failureReasonsOf } from "../../format/failure-words.ts";
import { judgedWord, reachedWords, thresholdWords } from "../../../model/record/objective-words.ts";
import type { Measurements, ObjectiveResult, RunRecord } from "../../../model/record/record.ts";
import { formatCount } from "../../format/format.ts";
import { pollsLine } from "../../format/poll-words.ts";
import { dataTable } from "../data-table.ts";
import { type Child, type Html, html, small } from "../html.ts";
import { chip } from "../status.ts";

/** What the run had to reach, and what it reached. */
export function objectivesSection({ objectives }: RunRecord): Html {
  if (objectives.length === 0)
    return html`<h2>Objectives</h2>
      <p>The run ended before any could be judged.</p>`;
  return html`<h2>Objectives</h2>
    ${dataTable({
      label: "Objectives",
      isProse: true,
      header: ["Objective", "Judgement", "Reached", "Wanted"],
      right: new Set([2, 3]),
      rows: objectives.map((objective) => [
        [objective.description, objective.reason !== undefined && small(objective.reason)],
        [chip(judgedWord(objective)), objective.severity === "warn" && small("a miss only warns")],
        reached(objective),
        thresholdWords(objective),
      ]),
    })}`;
}

function reached(objective: ObjectiveResult): Child {
  const { note } = objective;
  return [reachedWords(objective), note !== undefined && small(note)];
}

/** What failed inside the load, by class, each with one message. */
export function errorsSection(measurements: Measurements): Html {
  const { failures } = measurements;
  const polls = pollsLine(measurements);
  return html`<h2>Errors</h2>
    ${
      failures.length === 0
        ? html`<p>None inside the load.</p>`
        : dataTable({
            label: "Errors by class",
            header: ["Class", "Phase", "Count", "One of them"],
            right: new Set([2]),
            rows: failures
              .toSorted((one, other) => other.count - one.count)
              .map((failure) => [
                failure.class,
                failure.phase,
                formatCount(failure.count),
                html`<code class="said">${failure.example}</code>${failureReasonsOf(failure).map(
                    ({ title, log }) =>
                      html`<p>${title}</p>
                        <pre><code class="said">${log.join("\n")}</code></pre>`,
                  )}`,
              ]),
          })
    }
    ${polls !== undefined && html`<p>${polls}</p>`}`;
}

/** What changes the meaning of the figures. */
export function conditionsSection({ conditions, measurements }: RunRecord): Html | undefined {
  const { engine } = measurements ?? {};
  const said = [
    ...conditions,
    ...(engine === undefined
      ? []
      : [
          `load made by ${engine.command} of Coder ${engine.version}, not by refbench`,
          ...engine.notComparable,
        ]),
  ];
  if (said.length === 0) return undefined;
  return html`<h2>Conditions</h2>
    <ul>
      ${said.map((each) => html`<li>${each}</li> `)}
    </ul>`;
}
