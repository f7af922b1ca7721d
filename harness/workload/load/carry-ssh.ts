import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoderClient } from "../../coder/client.ts";
import { fetchClient } from "../../coder/ssh/fetch-client.ts";
import { CoderHttp } from "../../coder/http/http.ts";
import { STDIO_SESSION_MIB, stdioSessionsThatFit } from "../../coder/ssh/ssh-door.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { isBrowserOnly } from "../checks/check-deployment.ts";
import type { TaskContext } from "../context/load-context.ts";

type SshCarried = NonNullable<LoadResult["connections"]["ssh"]>;

/** What carries the SSH of one load. */
type Carrier =
  | { readonly state: "found"; readonly binary: string; readonly version?: string }
  | { readonly state: "missing"; readonly why: string };

/**
 * Runs a load with what its SSH by Coder's own client needs: the program that the task names, or the one that the
 * deployment offers, fetched once before the load and gone after it, in as many processes as memory carries. What
 * is not carried the result tells; where the task allows no terminals in its place, the load is refused.
 */
export async function carryingSsh(
  task: LoadTask,
  context: TaskContext,
  run: (task: LoadTask) => Promise<LoadResult>,
): Promise<LoadResult> {
  const { deployment, connections } = task;
  if (deployment.ssh !== "stdio" || task.part !== undefined) return run(task);
  const folder = await mkdtemp(join(context.folder ?? tmpdir(), "refbench-client-"));
  try {
    const carrier = await findCarrier(task, context, folder);
    const asked = Math.floor(connections.total * connections.sshShare + 1e-9);
    if (carrier.state === "missing") {
      const { why } = carrier;
      context.emit({
        type: "note",
        message: `SSH is not carried, every connection is a web terminal: ${why}`,
      });
      const result = await run({ ...task, deployment: { ...deployment, ssh: "none" } });
      return withSsh(result, { asked, dealt: 0, why });
    }
    const { binary: coderBinary, version } = carrier;
    const stdioSessions = deployment.stdioSessions ?? stdioSessionsThatFit();
    const result = await run({ ...task, deployment: { ...deployment, coderBinary, stdioSessions } });
    const dealt = Math.min(asked, stdioSessions);
    return withSsh(result, {
      asked,
      dealt,
      ...(version === undefined ? {} : { client: version }),
      ...(dealt === asked ? {} : { why: boundOf(deployment, stdioSessions) }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withSsh(result: LoadResult, ssh: SshCarried): LoadResult {
  return { ...result, connections: { ...result.connections, ssh } };
}

function boundOf(asked: LoadTask["deployment"], sessions: number): string {
  return asked.stdioSessions === undefined
    ? `${sessions} sessions of ${STDIO_SESSION_MIB} MiB each fit in the generator's memory`
    : `${sessions} sessions at once were asked for`;
}

async function findCarrier(task: LoadTask, context: TaskContext, folder: string): Promise<Carrier> {
  const { deployment } = task;
  const { clock, signal } = context;
  const isOptional = deployment.sshOptional === true;
  const http = new CoderHttp({ ...deployment, clock });
  try {
    const owner = new CoderClient(http, { token: task.token, owner: true }, signal);
    if (isOptional && (await isBrowserOnly(owner)))
      return { state: "missing", why: `${deployment.url} allows browser connections only` };
    if (deployment.coderBinary !== undefined) return { state: "found", binary: deployment.coderBinary };
    const info = await owner.buildInfo();
    signal.throwIfAborted();
    if (!info.ok)
      throw new RefbenchError("coder", `Coder does not tell its version: ${info.failure.message}`);
    const { version } = info.value;
    const client = await fetchClient({ deployment, version, folder, clock, signal });
    if (client.state === "fetched") return { state: "found", binary: client.binary, version };
    if (isOptional) return client;
    throw new RefbenchError(
      "usage",
      `SSH goes through Coder's own client, which the deployment was asked for: ${client.why}; give one with --coder-binary, or ask for web terminals alone`,
    );
  } finally {
    await http.close();
  }
}
