import { lengthOfAll, planSchedule } from "../../../reference-architectures/mixed/plan-schedule.ts";
import { RefbenchError } from "../../tools/error.ts";
import { TRACED_WORKSPACES } from "../../model/observation/traces.ts";
import { traceIdOf } from "../../model/trace-ids.ts";
import { namePrefix } from "../../model/run-id.ts";
import { GENERATOR_LIMITS, SHARED_MACHINE_LIMITS, type LoadTask } from "../../model/ports/worker-task.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { StageContext } from "../context/context.ts";
import { findPlaces } from "../measurement/observation.ts";
import { deploymentTarget } from "../measurement/deployment-target.ts";
import { holdDurationMs } from "../measurement/hold-duration.ts";
import { readJson } from "../../tools/files/json-file.ts";
import { findSecrets } from "../folder/secrets.ts";
import { storedBootstrapResult } from "./bootstrap.ts";
import { coderTrust } from "../making/coder-trust.ts";
import { provisionResult } from "./provision.ts";

/** Gives 300 API probes in a hold of 75 s, enough for its own p95. Rate limits are off. */
const PROBE_EVERY_MS = 250;

/** Runs one load against the current deployment. */
export async function loadOnce(context: StageContext): Promise<LoadResult> {
  const { ports, signal, report } = context;
  const { observe, unseen } = await findPlaces(context);
  const task = { ...(await buildLoadTask(context)), ...(observe === undefined ? {} : { observe }) };
  const result = await ports.worker.load(task, {
    signal,
    onEvent: (event) => {
      if (event.type === "progress") report({ type: "load.progress", progress: event.progress });
      else if (event.type === "note") report({ type: "note", level: "info", message: event.message });
      else if (event.type === "failure") {
        const { class: kind, phase, example } = event.failure;
        report({ type: "note", level: "warning", message: `${kind} in ${phase}: ${example}` });
      }
    },
  });
  const { observation } = result;
  if (observation === undefined || unseen.length === 0) return result;
  return { ...result, observation: { ...observation, unseen: [...observation.unseen, ...unseen] } };
}

async function buildLoadTask({ folder, plan, environment }: StageContext): Promise<LoadTask> {
  const { outputs } = await readJson(folder.result("provision"), provisionResult);
  const { organizationId } = await readJson(folder.result("bootstrap"), storedBootstrapResult);
  const secrets = await findSecrets(folder);
  if (secrets?.token === undefined) {
    throw new RefbenchError(
      "run_folder",
      `no token in ${folder.secrets}: run "refbench stage bootstrap --run ${plan.runId}" first`,
    );
  }
  const { size } = plan;
  return {
    task: "load",
    deployment: { ...deploymentTarget(plan, outputs.coder_url), ...coderTrust(environment) },
    token: secrets.token,
    prefix: namePrefix(plan.runId),
    organizationId,
    template: plan.template,
    parameters: plan.parameters,
    users: size.users,
    workspaces: size.workspaces,
    firstIndex: 0,
    concurrency: size.concurrency,
    cleanupConcurrency: size.cleanupConcurrency,
    command: size.command,
    expectOutput: size.expectOutput,
    connections: {
      total: size.connections.total,
      sshShare: size.connections.sshShare,
      rampPerSecond: size.connections.rampPerSecond,
      holdMs: holdDurationMs(plan, environment),
      commandsPerSecond: size.connections.commandsPerSecond,
    },
    timeouts: {
      buildMs: 60 * 60_000,
      agentMs: 10 * 60_000,
      connectMs: 30_000,
      commandMs: 60_000,
      deleteMs: 60 * 60_000,
    },
    trace: { id: traceIdOf(plan.runId), sample: TRACED_WORKSPACES, propagate: true },
    probeEveryMs: PROBE_EVERY_MS,
    generatorLimits: plan.simulated ? SHARED_MACHINE_LIMITS : GENERATOR_LIMITS,
    workspaceTtlMs: 4 * 60 * 60_000 + (size.schedule === undefined ? 0 : lengthOfAll(size.schedule) * 1000),
    ...(size.schedule === undefined
      ? {}
      : {
          scenario: "mixed" as const,
          mixed: planSchedule(size.schedule, Math.min(size.users, size.workspaces)),
        }),
  };
}
