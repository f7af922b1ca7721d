import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoderClient } from "../../coder/client.ts";
import { fetchClient } from "../../coder/ssh/fetch-client.ts";
import { CoderHttp } from "../../coder/http/http.ts";
import { stdioSessionsThatFit } from "../../coder/ssh/ssh-door.ts";
import { STDIO_SESSION_MIB } from "../../coder/ssh/stdio-memory.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { isBrowserOnly } from "../checks/check-deployment.ts";
import type { TaskContext } from "../context/load-context.ts";

type SshCarried = NonNullable<LoadResult["connections"]["ssh"]>;

/** The program that carries the SSH of one load. */
type Carrier =
  | { readonly state: "found"; readonly binary: string; readonly version?: string }
  | { readonly state: "missing"; readonly why: string };

/**
 * Runs a load with the program for SSH by Coder's own client: the one that the task names, or the one that
 * the deployment offers. The latter is fetched before the load and deleted after it. It runs in as many
 * processes as memory allows. The result lists SSH that was not carried. If the task does not allow terminals
 * instead, throws `usage`.
 */
export async function withSshClient(
  task: LoadTask,
  context: TaskContext,
  run: (task: LoadTask) => Promise<LoadResult>,
): Promise<LoadResult> {
  const { deployment, connections } = task;
  if (deployment.ssh !== "stdio") return run(task);
  // Parts on one machine share the program that the whole load found; a part on another machine finds its own.
  if (task.part !== undefined && deployment.coderBinary !== undefined) return run(task);
  const folder = await mkdtemp(join(context.folder ?? tmpdir(), "refbench-client-"));
  try {
    const carrier = await findCarrier(task, context, folder);
    const asked = Math.floor(connections.total * connections.sshShare + 1e-9);
    if (carrier.state === "missing") {
      const { why } = carrier;
      context.emit({
        type: "note",
        message: `SSH is not possible, all connections are web terminals: ${why}`,
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
      ...(dealt === asked ? {} : { why: describeBound(deployment, stdioSessions) }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withSsh(result: LoadResult, ssh: SshCarried): LoadResult {
  return { ...result, connections: { ...result.connections, ssh } };
}

function describeBound(asked: LoadTask["deployment"], sessions: number): string {
  return asked.stdioSessions === undefined
    ? `${sessions} sessions of ${STDIO_SESSION_MIB} MiB each fit in the generator's memory`
    : `at most ${sessions} sessions at once were requested`;
}

async function findCarrier(task: LoadTask, context: TaskContext, folder: string): Promise<Carrier> {
  const { deployment } = task;
  const { clock, signal } = context;
  const isOptional = deployment.sshOptional === true;
  const http = new CoderHttp({ ...deployment, clock });
  try {
    const admin = new CoderClient(http, { token: task.token, isSiteAdmin: true }, signal);
    if (isOptional && (await isBrowserOnly(admin)))
      return { state: "missing", why: `${deployment.url} only allows browser connections` };
    if (deployment.coderBinary !== undefined) return { state: "found", binary: deployment.coderBinary };
    const info = await admin.buildInfo();
    signal.throwIfAborted();
    if (!info.ok)
      throw new RefbenchError("coder", `Coder does not report its version: ${info.failure.message}`);
    const { version } = info.value;
    const client = await fetchClient({ deployment, version, folder, clock, signal });
    if (client.state === "fetched") return { state: "found", binary: client.binary, version };
    if (isOptional) return client;
    throw new RefbenchError(
      "usage",
      `SSH needs Coder's own client, which the deployment did not provide: ${client.why}; give one with --coder-binary, or use only web terminals`,
    );
  } finally {
    await http.close();
  }
}
