import { CoderHttp } from "../../coder/http/http.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import { pace } from "../generator/pacer.ts";
import type { Scenario } from "./scenario.ts";
import { DASHBOARD_PAGES, type DashboardRead } from "./dashboard-reads.ts";

/** Nobody waits longer than this for a page. */
const TIMEOUT_MS = 30_000;
const NOT_OFFERED = [403, 404];

/**
 * Every user opens a dashboard page at an interval, on an open schedule spread evenly over the users: slow or
 * failed pages change nothing. A page's requests are sent at once and never retried.
 */
export const dashboard: Scenario = { run };

async function run(load: LoadContext, ready: readonly LoadWorkspace[]): Promise<Record<string, never>> {
  const options = load.task.dashboard;
  if (options === undefined) return {};
  const visitors = chooseVisitors(ready);
  if (visitors.length === 0 || load.signal.aborted) return {};
  load.board.activity = "reading the dashboard";
  const http = new CoderHttp({ ...load.task.deployment, clock: load.clock });
  try {
    await openPages(load, new PageReader(load, http), visitors, options);
  } finally {
    await http.close();
  }
  return {};
}

/** One workspace of each user, for the user's pages. */
function chooseVisitors(ready: readonly LoadWorkspace[]): LoadWorkspace[] {
  const first = new Map<string, LoadWorkspace>();
  for (const workspace of ready)
    if (workspace.user.token !== "" && !first.has(workspace.user.id)) first.set(workspace.user.id, workspace);
  return [...first.values()];
}

async function openPages(
  load: LoadContext,
  reader: PageReader,
  visitors: readonly LoadWorkspace[],
  { pagesPerMinute, forMs }: { readonly pagesPerMinute: number; readonly forMs: number },
): Promise<void> {
  const perSecond = (pagesPerMinute / 60) * visitors.length;
  // The share of a part can fall just short of a whole number.
  const count = Math.floor((forMs / 1000) * perSecond + 1e-9);
  const { signal, health } = load;
  const reading: Promise<void>[] = [];
  health.startPacing();
  await pace({ perSecond, count, signal, slip: health.slip.scenario }, (index, dueMs) => {
    const user = index % visitors.length;
    const visit = Math.floor(index / visitors.length);
    const visitor = visitors[user];
    // At any time, users are on different pages.
    const page = DASHBOARD_PAGES[(user + visit) % DASHBOARD_PAGES.length];
    if (visitor === undefined || page === undefined) return;
    for (const read of page(visitor)) reading.push(reader.read(read, visitor, dueMs));
  });
  health.stopPacing();
  await Promise.race([Promise.all(reading), load.stopped]);
}

class PageReader {
  readonly #load: LoadContext;
  readonly #http: CoderHttp;
  readonly #notOffered = new Set<string>();

  constructor(load: LoadContext, http: CoderHttp) {
    this.#load = load;
    this.#http = http;
  }

  async read(
    { path, schema, isOptional }: DashboardRead,
    visitor: LoadWorkspace,
    dueMs: number,
  ): Promise<void> {
    const { signal, latencies, failures, board } = this.#load;
    if (this.#notOffered.has(path)) return;
    const startedMs = performance.now();
    const answer = await this.#http.call({
      method: "GET",
      path: `/api/v2${path}`,
      token: visitor.user.token,
      timeoutMs: TIMEOUT_MS,
      // A browser does not retry either: it shows the refusal to its user.
      retryThrottled: false,
      ...{ schema, signal },
    });
    if (answer.ok) {
      board.answered();
      latencies.record("api-read", { dueMs, startedMs, endMs: performance.now() });
    } else if (isOptional === true && NOT_OFFERED.includes(answer.failure.status ?? 0)) this.#skip(path);
    else {
      const { kind } = answer.failure;
      failures.addAnswer("api-error", "api-read", answer.failure, dueMs);
      if (kind === "aborted" || kind === "exhausted") return;
      latencies.recordFailure("api-read", { dueMs, startedMs, endMs: performance.now() }, TIMEOUT_MS);
    }
  }

  #skip(path: string): void {
    if (this.#notOffered.has(path)) return;
    this.#notOffered.add(path);
    this.#load.note(
      `this Coder does not offer ${path.replace(/\?.*/, "")} to these users: skipped on its pages`,
    );
  }
}
