import { failedWith } from "../../coder/http/answer.ts";
import { CoderClient } from "../../coder/client.ts";
import type { CoderHttp } from "../../coder/http/http.ts";
import { sshDoor, type SshDoor } from "../../coder/ssh/ssh-door.ts";
import type { SeenNetwork } from "../../model/observation/network.ts";
import type { Tags } from "../../model/provisioner-tags.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { BuildLedger } from "../context/builds.ts";
import { findBuildTags, shownCapacity } from "../context/capacity.ts";
import { ClockWatch } from "../context/clock-watch.ts";
import { checkDeployment } from "../checks/check-deployment.ts";
import { findWorkspaceProxy } from "../checks/find-workspace-proxy.ts";
import { lookAtNetwork } from "../checks/look-at-network.ts";
import { checkTemplate } from "../checks/check-template.ts";
import { FailureLedger } from "../context/failures.ts";
import { HealthWatch } from "../generator/generator-health.ts";
import { Latencies } from "../generator/histogram.ts";
import type { LoadContext, TaskContext } from "../context/load-context.ts";
import { MintedTokens } from "../context/minted-tokens.ts";
import { onlyOrganization } from "../context/organization.ts";
import { PollLedger } from "../context/poll-ledger.ts";
import { PollPace } from "../context/poll-pace.ts";
import type { ProgressBoard } from "../context/progress-board.ts";
import { checkScenario } from "../scenarios/find-scenario.ts";
import { chooseTokenLifetime } from "../context/token-lifetime.ts";

/** The connections and other means that a load is prepared with. */
export interface LoadMeans {
  readonly http: CoderHttp;
  /** Only for polling. @default http */
  readonly polling?: CoderHttp;
  /** Closed by the caller. @default the tunnel, which holds nothing open */
  readonly ssh?: SshDoor;
  readonly board: ProgressBoard;
  /** Aborted by a stop, and by the load itself. */
  readonly signal: AbortSignal;
}

/**
 * Finds what the load needs. Throws, before anything is created, if the deployment would refuse the whole
 * load.
 */
export async function prepareLoad(
  task: LoadTask,
  context: TaskContext,
  { http, polling = http, ssh, board, signal }: LoadMeans,
): Promise<{ readonly load: LoadContext; readonly capacity: number; readonly network: SeenNetwork }> {
  const caller = { token: task.token, isSiteAdmin: true };
  const admin = new CoderClient(http, caller, context.signal);
  const polls = new PollLedger();
  const note = (message: string): void => context.emit({ type: "note", message });
  // Nothing of the preparation is measured, so its calls may be retried; the load's own calls are not.
  const asking = admin.patient();
  const organizationId = task.organizationId ?? (await onlyOrganization(asking)).id;
  const workspaceProxy = await findWorkspaceProxy(asking, task);
  await checkDeployment(asking, organizationId, task, note);
  const tokenLifetimeMs = await chooseTokenLifetime(asking, task, note);
  let templateId: string | undefined;
  let buildTags: Tags | undefined;
  if (task.existing === undefined) {
    const template = await findTemplate(asking, organizationId, task.template);
    await checkTemplate(asking, template, task, note);
    templateId = template.id;
    buildTags = await findBuildTags(asking, template.active_version_id);
  }
  await checkScenario(asking, task, organizationId);
  const capacity = await shownCapacity(asking, organizationId, buildTags);
  if ("unknown" in capacity) note(`the build capacity is not known: ${capacity.unknown}`);
  // 0 means unknown: polling then expects one daemon, and no figure is judged by it.
  const daemons = "unknown" in capacity ? 0 : capacity.daemons;
  const network = await lookAtNetwork(asking, task.deployment);
  if (workspaceProxy !== undefined) network.terminalsAt = workspaceProxy.name;
  const health = new HealthWatch(task.generatorLimits);
  const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  const load: LoadContext = {
    task,
    signal,
    stopped,
    clock: context.clock,
    admin,
    poller: new CoderClient(polling, caller, context.signal, { onAnswer: polls.heard }),
    polls,
    organizationId,
    templateId,
    buildTags,
    asUser: (token) =>
      token === task.token ? admin : new CoderClient(http, { token, isSiteAdmin: false }, context.signal),
    note,
    together: async (before) => {
      if (task.part !== undefined) await Promise.race([context.others?.together(before), stopped]);
    },
    tokens: new MintedTokens(task.prefix, tokenLifetimeMs),
    pollPace: new PollPace(context.clock, daemons),
    latencies: new Latencies((phase, milliseconds) => health.measured(phase, milliseconds)),
    builds: new BuildLedger(),
    clocks: new ClockWatch(),
    failures: new FailureLedger(
      (event) => context.emit(event),
      [task.token, ...Object.values(task.deployment.headers ?? {})],
      (what) => health.exhausted(what),
    ),
    board,
    health,
    workspaceProxy,
    ssh: ssh ?? sshDoor({ ...task.deployment, ssh: "tunnel" }),
  };
  return { load, capacity: daemons, network };
}

async function findTemplate(admin: CoderClient, organizationId: string, name: string) {
  const template = await admin.template(organizationId, name);
  if (template.ok) return template.value;
  if (!failedWith(template, 404))
    throw new RefbenchError("coder", `template ${name} cannot be used: ${template.failure.message}`);
  const all = await admin.templates(organizationId);
  if (!all.ok)
    throw new RefbenchError(
      "usage",
      `the deployment has no template "${name}", and its templates cannot be listed: ${all.failure.message}`,
    );
  const names = all.value.map((one) => one.name).join(", ");
  const expected = names === "" ? "and no other: push one first" : `expected one of ${names}`;
  throw new RefbenchError("usage", `the deployment has no template "${name}", ${expected}`);
}
