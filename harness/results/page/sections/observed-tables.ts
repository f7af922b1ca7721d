import type {
  Observation,
  ObservationCost,
  ObservedProfile,
} from "../../../model/observation/observation.ts";
import { SERIES } from "../../../model/observation/series.ts";
import { formatCount, countOf } from "../../../tools/count-text.ts";
import { formatDuration, NO_FIGURE } from "../../format/format.ts";
import { seriesWords } from "../../format/unit-words.ts";
import { dataTable } from "../parts/data-table.ts";
import { type Child, type Html, html } from "../parts/html.ts";

/** Lists what was not seen, the cost of observing, and everything observed that is not drawn, as tables to open. */
export function observedTables(observation: Observation): Html {
  return html`${unseenList(observation)}
    <p class="note">${costWords(observation.cost, observation)}</p>
    ${seriesTable(observation)} ${statementsTable(observation)} ${logsTable(observation)}
    ${eventsTable(observation)} ${profilesTable(observation)}`;
}

function unseenList({ unseen, samples, clocks = [] }: Observation): Html | undefined {
  const items = [
    ...unseen.map(({ what, why, samples: lacking }) =>
      lacking === undefined
        ? `${what}: ${why}`
        : `${what}, ${formatCount(lacking)} of ${countOf(samples, "sample")}: ${why}`,
    ),
    ...clocks.map(
      ({ clock, offsetMs }) =>
        `the clock of ${clock} differed by ${seriesWords(Math.abs(offsetMs), "ms")}; its figures are placed by ours`,
    ),
  ];
  if (items.length === 0) return undefined;
  return html`<p>Not seen:</p>
    <ul>
      ${items.map((each) => html`<li>${each}</li> `)}
    </ul>`;
}

/** Describes what observing cost, in one line. */
function costWords(
  { cpuSeconds, maxRssMib, questions, bytes, meanMs, maxMs }: ObservationCost,
  { samples, everyMs }: Pick<Observation, "samples" | "everyMs">,
): string {
  return `Observing: ${countOf(samples, "sample")}, one every ${formatDuration(everyMs)}, took ${seriesWords(cpuSeconds, "count")} s of CPU and at most ${formatCount(Math.round(maxRssMib))} MiB; ${countOf(questions, "question")}, ${seriesWords(bytes, "bytes")}; ${seriesWords(meanMs, "ms")} a sample, at most ${seriesWords(maxMs, "ms")}.`;
}

function opened(summary: string, table: Html): Html {
  return html`<details>
    <summary>${summary}</summary>
    ${table}
  </details>`;
}

function seriesTable({ series }: Observation): Html | undefined {
  const rows = series.flatMap(({ name, of, values }): (readonly Child[])[] => {
    const known = values.filter((value) => value !== null).toSorted((one, other) => one - other);
    const [least, most] = [known.at(0), known.at(-1)];
    if (least === undefined || most === undefined) return [];
    const { unit, words } = SERIES[name];
    const middle = known[Math.floor(known.length / 2)] ?? least;
    return [
      [
        words,
        of,
        ...[least, middle, most].map((value) => seriesWords(value, unit)),
        formatCount(known.length),
      ],
    ];
  });
  if (rows.length === 0) return undefined;
  const label = `All observed series (${formatCount(rows.length)})`;
  return opened(
    label,
    dataTable({
      label,
      header: ["Figure", "Of", "Minimum", "Median", "Maximum", "Samples"],
      right: new Set([2, 3, 4, 5]),
      rows,
    }),
  );
}

function statementsTable({ statements = [] }: Observation): Html | undefined {
  if (statements.length === 0) return undefined;
  const label = `Statements that took most of the database's time (${statements.length})`;
  return opened(
    label,
    dataTable({
      label,
      header: ["Statement", "Calls", "Total", "Mean"],
      right: new Set([1, 2, 3]),
      rows: statements.map(({ statement, calls, totalMs, meanMs }) => [
        html`<code class="said">${statement}</code>`,
        formatCount(calls),
        formatDuration(totalMs),
        seriesWords(meanMs, "ms"),
      ]),
    }),
  );
}

function logsTable({ logs = [] }: Observation): Html | undefined {
  if (logs.length === 0) return undefined;
  const label = `Warnings and errors of the servers' logs (${logs.length})`;
  return opened(
    label,
    dataTable({
      label,
      header: ["Message", "Level", "Of", "Count", "First", "Last"],
      right: new Set([3, 4, 5]),
      rows: logs.map(({ message, level, of, count, firstAtMs, lastAtMs }) => [
        html`<code class="said">${message}</code>`,
        level,
        of,
        formatCount(count),
        after(firstAtMs),
        after(lastAtMs),
      ]),
    }),
  );
}

function eventsTable({ events = [] }: Observation): Html | undefined {
  if (events.length === 0) return undefined;
  const label = `Events of the platform (${events.length})`;
  return opened(
    label,
    dataTable({
      label,
      header: ["Reason", "Object", "Message", "Count", "First", "Last"],
      right: new Set([3, 4, 5]),
      rows: events.map(({ reason, object, message, count, firstAtMs, lastAtMs }) => [
        reason,
        object,
        html`<span class="said">${message}</span>`,
        formatCount(count),
        after(firstAtMs),
        after(lastAtMs),
      ]),
    }),
  );
}

function profilesTable({ profiles = [] }: Observation): Html | undefined {
  if (profiles.length === 0) return undefined;
  const label = `Profiles at the load's peak (${profiles.length})`;
  return opened(
    label,
    dataTable({
      label,
      header: ["Replica", "After", "Goroutines", "Functions that used most CPU", "File in the run's folder"],
      right: new Set([1, 2]),
      rows: profiles.map(profileRow),
    }),
  );
}

function profileRow({ of, atMs, goroutines, cpu = [], file }: ObservedProfile): readonly Child[] {
  return [
    of,
    after(atMs),
    goroutines === undefined ? NO_FIGURE : formatCount(goroutines),
    cpu.length === 0
      ? NO_FIGURE
      : html`<span class="said"
          >${cpu.map(({ function: name, share }) => html`<code>${name}</code> ${seriesWords(share, "share")}<br />`)}</span
        >`,
    file === undefined ? NO_FIGURE : html`<code>${file}</code>`,
  ];
}

function after(atMs: number): string {
  return atMs < 0 ? `-${formatDuration(-atMs)}` : formatDuration(atMs);
}
