import { connectionsOf, opensPerSecond } from "../../../reference-architectures/mixed/plan-schedule.ts";
import type {
  PlannedLoad,
  PlannedSchedule,
  PlannedShells,
} from "../../../reference-architectures/mixed/schedule.ts";
import type { MixedResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { closingPerSecond } from "../connections/closing-rate.ts";
import { holdConnections } from "../connections/hold-connections.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import { talkToApps } from "./apps.ts";
import { dashboard } from "./dashboard.ts";
import { startAll } from "./herd.ts";

/** Answers of the closing round come a little later than its last question. */
const LAST_ANSWERS_MS = 250;

interface Ground {
  readonly schedule: PlannedSchedule;
  /** The end of the load's last period, by `performance.now()`. */
  readonly endMs: number;
  /** Those of its users, or the ones that it starts. */
  readonly workspaces: readonly LoadWorkspace[];
}

type Ran = Pick<MixedResult["loads"][number], "connections">;

/** Runs one load of a schedule from now until its end, with the code of the scenario or hold that it is. */
export async function runMixedLoad(load: LoadContext, planned: PlannedLoad, ground: Ground): Promise<Ran> {
  const forMs = Math.max(0, ground.endMs - performance.now());
  switch (planned.kind) {
    case "ssh":
    case "terminals":
      return holdShells(load, planned, ground);
    case "apps": {
      const { app: slug, by, messageBytes, messagesPerMinute } = planned;
      const connections = connectionsOf(planned);
      const messagesPerSecond = (messagesPerMinute / 60) * connections;
      const app = { slug, by, connections, messagesPerSecond, messageBytes, forMs };
      const rampPerSecond = opensPerSecond(ground.schedule, planned);
      const task = { ...load.task, app, connections: { ...load.task.connections, rampPerSecond } };
      if (connections === 0) return { connections: { asked: 0, held: 0, lost: 0, failed: 0 } };
      const { apps } = await talkToApps({ ...load, task }, ground.workspaces, ground.endMs);
      const held = apps?.held ?? 0;
      return { connections: { asked: connections, held, lost: 0, failed: connections - held } };
    }
    case "dashboard": {
      const task: LoadTask = {
        ...load.task,
        dashboard: { pagesPerMinute: planned.pagesPerMinute, forMs },
      };
      await dashboard.run({ ...load, task }, ground.workspaces, []);
      return {};
    }
    case "builds": {
      const arrival = [{ perSecond: planned.startsPerMinute / 60, seconds: 1 }];
      await startAll({ ...load, task: { ...load.task, herd: { arrival } } }, ground.workspaces);
      return {};
    }
  }
}

/** Opens, holds, proves and closes connections, all within the load's own time. */
async function holdShells(
  load: LoadContext,
  planned: PlannedShells,
  { schedule, endMs, workspaces }: Ground,
): Promise<Ran> {
  const total = connectionsOf(planned);
  const connections = {
    ...load.task.connections,
    total,
    sshShare: planned.kind === "ssh" ? 1 : 0,
    rampPerSecond: opensPerSecond(schedule, planned),
    commandsPerSecond: (planned.commandsPerMinute / 60) * total,
  };
  const task: LoadTask = { ...load.task, connections };
  if (planned.traffic === undefined) delete task.traffic;
  else task.traffic = planned.traffic;
  const closingMs = (total * 1000) / closingPerSecond(task, total) + LAST_ANSWERS_MS;
  const { connections: result, close } = await holdConnections(
    { ...load, task },
    workspaces,
    endMs - closingMs,
  );
  await close();
  load.board.connections.wanted -= total;
  const { asked, held, lost, failed = 0 } = result;
  return { connections: { asked, held, lost, failed } };
}
