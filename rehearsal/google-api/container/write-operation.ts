import type { Json } from "../json.ts";
import type { Operation } from "../operations.ts";
import { GoogleRefusal } from "../refusal.ts";
import type { Key } from "../store.ts";
import type { MockWorld } from "../world.ts";

const BASE = "https://container.googleapis.com/v1/";

/** An operation as GKE answers it. */
export function containerOperation(
  { project }: MockWorld,
  { work, name, startedAt, endedAt, done, error }: Operation,
): Json {
  const location = work.scope.split("/").at(-1) ?? "";
  const link = (path: string): string =>
    `${BASE}${path}`.replace(`/projects/${project.id}/`, `/projects/${project.number}/`);
  return {
    name,
    zone: location,
    location,
    operationType: work.type,
    status: done ? "DONE" : "RUNNING",
    startTime: startedAt,
    ...(endedAt === undefined ? {} : { endTime: endedAt }),
    ...(error === undefined
      ? {}
      : { error: { code: 3, message: error.message }, statusMessage: error.message }),
    selfLink: link(`${work.scope}/operations/${name}`),
    targetLink: link(work.target),
  };
}

/** Starts an operation on a cluster or one of its pools; only one at a time works on a cluster. */
export function startOnCluster(
  world: MockWorld,
  cluster: Key,
  work: {
    readonly type: string;
    /** @default the cluster itself */
    readonly target?: Key;
    readonly collection: "clusters" | "nodePools";
    readonly act: "create" | "update" | "delete";
    readonly finish: () => void;
  },
): Json {
  refuseWhileBusy(world, cluster);
  const path = cluster.replace(/^container\//, "");
  const operation = world.operations.start({
    api: "container",
    type: work.type,
    target: (work.target ?? cluster).replace(/^container\//, ""),
    scope: path.replace(/\/clusters\/.*$/, ""),
    durationMs: world.durationMs(work.collection, work.act),
    finish: () => {
      work.finish();
      return undefined;
    },
  });
  return containerOperation(world, operation);
}

function refuseWhileBusy(world: MockWorld, cluster: Key): void {
  const path = cluster.replace(/^container\//, "");
  const running = world.operations
    .list("container")
    .find(({ done, work }) => !done && (work.target === path || work.target.startsWith(`${path}/`)));
  if (running === undefined) return;
  throw new GoogleRefusal(
    400,
    "failedPrecondition",
    `Cluster is running incompatible operation ${running.name}.`,
  );
}
