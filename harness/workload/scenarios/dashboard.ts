import { CoderHttp } from "../../coder/http/http.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import { pace } from "../generator/pacer.ts";
import type { Scenario } from "./scenario.ts";
import { DASHBOARD_PAGES, type DashboardRead } from "./dashboard-reads.ts";

/** Nobody waits longer for a page. */
const TIMEOUT_MS = 30_000;
const NOT_OFFERED = [403, 404];

/**
 * Every user opens a page of the dashboard each so often, on an open schedule that is spread evenly over the users:
 * whether the page before was slow or failed changes nothing. A page's reads are sent at once and never sent again.
 */
export const dashboard: Scenario = async (load, ready) => {
  const options = load.task.dashboard;
  if (options === undefined) return {};
  const visitors = visitorsOf(ready);
  if (visitors.length === 0 || load.signal.aborted) return {};
  load.board.activity = "reading the dashboard";
  const http = new CoderHttp({ ...load.task.deployment, clock: load.clock });
  try {
    await openPages(load, new PageReader(load, http), visitors, options);
  } finally {
    await http.close();
  }
  return {};
};

/** One workspace of each user, which its pages are about. */
function visitorsOf(ready: readonly LoadWorkspace[]): LoadWorkspace[] {
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
  // A part's share of a rate falls just short of whole numbers.
  const count = Math.floor((forMs / 1000) * perSecond + 1e-9);
  const { signal, health } = load;
  const reading: Promise<void>[] = [];
  health.startPacing();
  await pace({ perSecond, count, signal, slip: health.slip.scenario }, (index, dueMs) => {
    const user = index % visitors.length;
    const visit = Math.floor(index / visitors.length);
    const visitor = visitors[user];
    // Users are on different pages at any time.
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
      // A browser shows its user that it was refused.
      retryThrottled: false,
      ...{ schema, signal },
    });
    if (answer.ok) {
      board.answered();
      latencies.record("api-read", { dueMs, startedMs, endMs: performance.now() });
    } else if (isOptional === true && NOT_OFFERED.includes(answer.failure.status ?? 0)) this.#leaveOut(path);
    else {
      const { kind } = answer.failure;
      failures.addAnswer("api-error", "api-read", answer.failure);
      if (kind === "aborted" || kind === "exhausted") return;
      latencies.recordFailure("api-read", { dueMs, startedMs, endMs: performance.now() }, TIMEOUT_MS);
    }
  }

  #leaveOut(path: string): void {
    if (this.#notOffered.has(path)) return;
    this.#notOffered.add(path);
    this.#load.note(
      `this Coder does not offer ${path.replace(/\?.*/, "")} to these users: left out of its pages`,
    );
  }
}
