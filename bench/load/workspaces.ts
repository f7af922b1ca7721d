import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { CoderClient } from "../../harness/coder/client.ts";
import { CoderHttp } from "../../harness/coder/http/http.ts";
import { agentsOf } from "../../harness/coder/http/schemas.ts";
import type { Answer } from "../../harness/coder/http/answer.ts";
import { systemClock } from "../../harness/tools/time/clock.ts";
import { listWorkspaces } from "../../harness/workload/context/listing.ts";

const POLL_MS = 50;

/** Some workspaces of the caller with connected agents, for clients that make none themselves. */
export async function someTerminals(
  coder: { readonly url: string; readonly token: string },
  count: number,
): Promise<{ token: string; agentId: string }[]> {
  const http = new CoderHttp({ url: coder.url, clock: systemClock });
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const admin = new CoderClient(http, { token: coder.token, isSiteAdmin: true }, signal);
  try {
    const me = only(await admin.me());
    const [organization] = only(await admin.organizations());
    const template = only(await admin.template(organization?.id ?? "", "kubernetes"));
    return await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const { id } = only(
          await admin.createWorkspace(me.id, {
            templateId: template.id,
            name: `bench-floor-${index}`,
            parameters: {},
            ttlMs: 3_600_000,
          }),
        );
        for (;;) {
          const [agent] = agentsOf(only(await admin.workspace(id)));
          if (agent?.status === "connected") return { token: coder.token, agentId: agent.id };
          await sleep(POLL_MS);
        }
      }),
    );
  } finally {
    await http.close();
  }
}

/** Terminals of the first so many workspaces that are there. */
export async function terminalsOf(
  coder: { readonly url: string; readonly token: string },
  count: number,
): Promise<{ token: string; agentId: string }[]> {
  const http = new CoderHttp({ url: coder.url, clock: systemClock });
  const admin = new CoderClient(
    http,
    { token: coder.token, isSiteAdmin: true },
    new AbortController().signal,
  );
  try {
    const workspaces = only(await listWorkspaces(admin));
    const agents = workspaces.flatMap((workspace) => agentsOf(workspace).slice(0, 1));
    return agents.slice(0, count).map(({ id }) => ({ token: coder.token, agentId: id }));
  } finally {
    await http.close();
  }
}

function only<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new Error(answer.failure.message);
}
