import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "../../harness/coder/http/answer.ts";
import { CoderClient } from "../../harness/coder/client.ts";
import { CoderHttp } from "../../harness/coder/http/http.ts";
import { systemClock } from "../../harness/tools/time/clock.ts";

/** Seldom: the polls share the machine with what is measured. */
const POLL_MS = 250;

/** One deployment, loaded again and again with a handful of builds. */
export interface BuildLoad extends AsyncDisposable {
  /** Builds this many workspaces at once, deletes them, and returns the median build by the server's clock, milliseconds. */
  readonly run: (builds: number) => Promise<number>;
}

/** Makes ready to load a deployment. */
export async function buildLoadOf(coder: {
  readonly url: string;
  readonly token: string;
}): Promise<BuildLoad> {
  const http = new CoderHttp({ url: coder.url, clock: systemClock });
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const admin = new CoderClient(http, { token: coder.token, isSiteAdmin: true }, signal);
  const me = only(await admin.me());
  const [organization] = only(await admin.organizations());
  const template = only(await admin.template(organization?.id ?? "", "kubernetes"));
  let made = 0;
  const one = async (): Promise<number> => {
    const { id } = only(
      await admin.createWorkspace(me.id, {
        templateId: template.id,
        name: `bench-compare-${made++}`,
        parameters: {},
        ttlMs: 3_600_000,
      }),
    );
    for (;;) {
      const { job } = only(await admin.workspace(id)).latest_build;
      if (job.started_at != null && job.completed_at != null) {
        const tookMs = Date.parse(job.completed_at) - Date.parse(job.started_at);
        only(await admin.deleteWorkspace(id));
        while ((await admin.workspace(id)).ok) await sleep(POLL_MS);
        return tookMs;
      }
      await sleep(POLL_MS);
    }
  };
  return {
    run: async (builds) => {
      const took = await Promise.all(Array.from({ length: builds }, one));
      const sorted = took.toSorted((a, b) => a - b);
      return ((sorted[Math.floor((builds - 1) / 2)] ?? 0) + (sorted[Math.ceil((builds - 1) / 2)] ?? 0)) / 2;
    },
    [Symbol.asyncDispose]: () => http.close(),
  };
}

function only<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new Error(answer.failure.message);
}
