import { lostPartLines, partsLine } from "../format/part-words.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { versionOf } from "../judge/coder-version.ts";
import { buildTimeWords, rateWords } from "../format/builds-words.ts";
import { clocksLine, negativeLines, ownClockLines } from "../format/clock-words.ts";
import { dayOf } from "../format/day.ts";
import { formatDuration, formatLatency } from "../format/format.ts";
import { formatCount } from "../../tools/count-text.ts";
import { recordStandingOf, unofficialReasons } from "../judge/official.ts";
import { holdWords, serverCountWords } from "../format/hold-words.ts";
import { arrivalsLine, probeLine } from "../output/over-time.ts";
import { reproduceCommands, reproduceNotes } from "../output/reproduce.ts";
import type { Neighbours } from "./neighbours.ts";
import { document } from "./parts/document.ts";
import { type Child, type Html, html, small } from "./parts/html.ts";
import { costOf, KEY_FIGURES, usd } from "./parts/page-figures.ts";
import { recordPagePath, runPath, sizePath } from "./parts/paths.ts";
import { startOf } from "./parts/runs-table.ts";
import { answerSection } from "./sections/answer.ts";
import { claimsSection } from "./sections/claims.ts";
import { comparisonSection } from "./sections/comparison.ts";
import { differenceSection } from "./sections/difference.ts";
import { costSection, teardownSection } from "./sections/ending.ts";
import { conditionsSection, errorsSection, objectivesSection } from "./sections/judgement.ts";
import { latencySection } from "./sections/latency.ts";
import { overTimeSection } from "./sections/over-time.ts";
import { provenanceSection } from "./sections/provenance.ts";
import { scheduleSection } from "./sections/schedule.ts";
import { milestonesOf, stagesSection } from "./sections/stages.ts";
import { chip, toneOf } from "./parts/status.ts";
import { contents, heading } from "./parts/heading.ts";

/** Draws the page of one run with everything in its record. */
export function runPage(
  record: RunRecord,
  {
    rehearsals,
    neighbours = { regressions: [] },
  }: { readonly rehearsals: boolean; readonly neighbours?: Neighbours },
): string {
  const { environment, size } = record;
  const version = versionOf(record);
  const title = `${environment}, size ${size}, ${dayOf(record.startedAt)}`;
  const body = bodyOf(record, neighbours);
  return document({
    title,
    description: `${title}${version === undefined ? "" : `, Coder ${version}`}: ${record.verdict}.`,
    rehearsals,
    crumb: dayOf(record.startedAt),
    root: "../",
    trail: [{ name: `${environment}, ${size}`, path: sizePath(record) }],
    body: html`<h1>${environment}, size ${size}</h1>
      <p class="lead">Started ${startOf(record)} UTC${version !== undefined && `, Coder ${version}`}.</p>
      ${answerSection(record)}
      <p>Verdict: ${chip(record.verdict)}</p>
      ${unofficialNotice(record)} ${reasons(record)} ${regressionsNotice(neighbours)} ${tiles(record)}
      ${siblings(neighbours)} ${contents(body)} ${body}`,
  });
}

/** Draws the sections below the key figures. */
function bodyOf(record: RunRecord, { lastNight }: Neighbours): Html {
  const { measurements, comparison } = record;
  return html`${comparison !== undefined && comparisonSection(comparison)} ${objectivesSection(record)}
  ${lastNight !== undefined && differenceSection(record, lastNight)}
  ${
    measurements === undefined
      ? html`${heading(2, "Measurements")}
          <p>Nothing was measured: the run ended before its load did.</p>`
      : html`${overTimeSection({ ...record, measurements })} ${latencySection(measurements)}
        ${scheduleSection(measurements)}
        ${said([clocksLine(measurements), ...negativeLines(measurements), arrivalsLine(measurements), probeLine(measurements), partsLine(measurements), ...lostPartLines(measurements)])}
        ${errorsSection(measurements)} ${claimsSection(record.claims)}`
  }
  ${stagesSection(record)} ${said(ownClockLines(record))} ${conditionsSection(record)} ${costSection(record)}
  ${teardownSection(record)} ${provenanceSection(record)} ${reproduction(record)}`;
}

function regressionsNotice({ regressions }: Neighbours): Html | undefined {
  if (regressions.length === 0) return undefined;
  return html`<p class="notice bad">${chip("regression")} ${regressions.join("; ")}.</p>`;
}

/** Links to the runs of the same size before and after this one. */
function siblings({ previous, next }: Neighbours): Html | undefined {
  if (previous === undefined && next === undefined) return undefined;
  return html`<nav aria-label="Runs of the same size">
    <ul class="siblings">
      ${previous !== undefined && html`<li><a rel="prev" href="../${runPath(previous)}">← Previous run, ${previous.day}</a></li>`}
      ${next !== undefined && html`<li><a rel="next" href="../${runPath(next)}">Next run, ${next.day} →</a></li>`}
    </ul>
  </nav>`;
}

function unofficialNotice(record: RunRecord): Html | undefined {
  if (recordStandingOf(record) !== "unofficial") return undefined;
  return html`<p class="notice">
    <strong>Unofficial</strong>, not in the table: ${unofficialReasons(record).join("; ")}.
  </p>`;
}

function reasons({ reasons: said_, verdict }: RunRecord): Html | undefined {
  if (said_.length === 0) return undefined;
  return html`<ul class="reasons ${toneOf(verdict).tone}">
    ${said_.map((each) => html`<li>${each}</li> `)}
  </ul>`;
}

/** Draws the key figures of a run and omits missing ones. */
function tiles(record: RunRecord): Html {
  const { measurements, startedAt, finishedAt, cost } = record;
  const { firstWorkspaceMs, cleanMs, cleanFrom = "load" } = milestonesOf(record);
  const [ready, terminal] = KEY_FIGURES.map(({ read }) => read(record));
  const spent = costOf(record);
  const figures: readonly (readonly [string, string | undefined, Child?])[] = [
    ...(measurements === undefined ? [] : loadTiles(measurements, record.load)),
    ["Workspace ready, p95", ready === undefined ? undefined : formatLatency(ready)],
    ["Terminal's first byte, p95", terminal === undefined ? undefined : formatLatency(terminal)],
    ["Time to first workspace", duration(firstWorkspaceMs), "from the start"],
    ["Time to clean", duration(cleanMs), `from the end of ${cleanFrom === "load" ? "the load" : cleanFrom}`],
    [
      "Whole run",
      finishedAt === undefined ? undefined : duration(Date.parse(finishedAt) - Date.parse(startedAt)),
    ],
    ["Cost", spent === undefined ? undefined : usd(spent), cost?.basis],
  ];
  return html`<dl class="tiles">
    ${figures
      .filter(([, value]) => value !== undefined)
      .map(
        ([name, value, aside]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}${aside !== undefined && small(aside)}</dd>
          </div> `,
      )}
  </dl>`;
}

function loadTiles(
  { users, workspaces, builds, connections }: NonNullable<RunRecord["measurements"]>,
  load: RunRecord["load"],
): readonly (readonly [string, string, string])[] {
  return [
    ["Users with a workspace", formatCount(users.withWorkspace), `${formatCount(users.created)} created`],
    ["Workspaces succeeded", formatCount(workspaces.succeeded), `of ${formatCount(workspaces.asked)}`],
    [
      "Concurrent builds, peak",
      formatCount(builds.peakRunning),
      `of ${formatCount(builds.capacity)}; time-weighted ${builds.timeWeightedRunning.toFixed(1)}`,
    ],
    ...buildRateTile(builds),
    [
      "Connections held",
      formatCount(connections.held),
      `of ${formatCount(connections.asked)}: ${formatCount(connections.heldTerminal)} terminals, ${formatCount(connections.heldSsh)} SSH (${connections.sshPath})${holdWords(load)}; ${serverCountWords(connections)}`,
    ],
  ];
}

function buildRateTile(
  builds: NonNullable<RunRecord["measurements"]>["builds"],
): readonly (readonly [string, string, string])[] {
  const rate = builds.whileFull?.perMinute ?? builds.perMinute;
  if (rate === undefined) return [];
  const when = builds.whileFull === undefined ? "the queue was never full" : "while builds were queued";
  return [["Builds", rateWords(rate), [when, buildTimeWords(builds)].filter((word) => word).join("; ")]];
}

function duration(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : formatDuration(milliseconds);
}

function said(lines: readonly (string | undefined)[]): Html {
  return html`${lines.filter((line) => line !== undefined).map((line) => html`<p class="note">${line}</p> `)}`;
}

function reproduction(record: RunRecord): Html {
  return html`${heading(2, "Reproduce this run")}
    <pre
      tabindex="0"
      role="region"
      aria-label="Commands that reproduce the run"
    ><code>${reproduceCommands(record).join("\n")}</code></pre>
    ${reproduceNotes(record).map((each) => html`<p class="note">${each}</p>`)}
    <p><a href="../${recordPagePath(record)}">The stored record (JSON)</a></p>`;
}
