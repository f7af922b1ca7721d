import { messageOf, RefbenchError } from "../../../model/error.ts";
import { namePrefix } from "../../../model/run-id.ts";
import type { TwinItem } from "../../inventory/item.ts";
import { itemKey } from "../../inventory/key.ts";
import type { TwinStore } from "../../inventory/store.ts";
import { DURATION_MODEL } from "../build/duration-model.ts";
import type { EmulatorConfig } from "../config.ts";
import type { Build } from "../state/types.ts";
import type { WorkspaceResources } from "./workspace-resources.ts";

/** Over a thousand workspaces build in a burst: their files are written together. */
const BATCH_MS = 50;

export interface TwinResourcesOptions {
  readonly store: TwinStore;
  readonly place: NonNullable<EmulatorConfig["inventory"]>;
  readonly buildSpeed: number;
  /** Told once when the inventory cannot be written. */
  readonly onError?: (error: RefbenchError) => void;
}

/** Where things of this cluster are, as the twin names it. */
interface Place {
  readonly cluster: string;
  readonly zone: string;
  /** The namespace when the twin knows it, so that they go together; the cluster otherwise. */
  readonly parent: string;
}

/** Writes pods, volume claims and their disks into the twin's inventory, in batches. */
export function twinResources(options: TwinResourcesOptions): WorkspaceResources {
  const waiting = new Map<string, (place: Place) => TwinItem | undefined>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let place: Place | undefined;
  let failure: RefbenchError | undefined;

  const flush = async (): Promise<void> => {
    const batch = [...waiting.values()];
    const names = [...waiting.keys()];
    waiting.clear();
    place ??= await findPlace(options);
    const put: TwinItem[] = [];
    const gone: string[] = [];
    for (const [index, make] of batch.entries()) {
      const item = make(place);
      if (item) put.push(item);
      else gone.push(keyOf(place, options.place.namespace, names[index] ?? ""));
    }
    await options.store.putMany(put);
    await options.store.removeMany(gone);
  };
  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      writing = writing.then(flush).catch((error: unknown) => {
        if (failure) return;
        failure = new RefbenchError(
          "inventory",
          `what workspaces created cannot be written to ${options.store.directory}: ${messageOf(error)}; check the folder`,
          { cause: error },
        );
        options.onError?.(failure);
      });
    }, BATCH_MS);
  };
  const set = (name: string, make: (place: Place) => TwinItem | undefined): void => {
    waiting.set(name, make);
    later();
  };
  const remove = (name: string): void => set(name, () => undefined);

  return {
    started: (build, reached) => {
      const { pod, claim, disk, hasHome } = namesOf(build);
      const { namespace } = options.place;
      if (hasHome) {
        set(claim, (at) => itemOf(build, "kubernetes_persistent_volume_claim", claim, at, namespace));
        // The volume's class makes a disk for the pod that uses it, not before.
        if (reached === "pod") set(disk, (at) => diskOf(build, at, namespace));
      }
      if (reached === "pod") set(pod, (at) => itemOf(build, "kubernetes_pod", pod, at, namespace));
    },
    stopped: (build) => remove(namesOf(build).pod),
    deleted: (build) => {
      const { pod, claim, disk, hasHome } = namesOf(build);
      const hadDisk = build.workspace.builds.some(
        (one) => one.transition === "start" && one.job.startedAt !== undefined && one.job.status !== "failed",
      );
      remove(pod);
      if (!hasHome) return;
      remove(claim);
      if (!hadDisk) return;
      const settlesAt = new Date(Date.now() + DURATION_MODEL.diskGone / options.buildSpeed).toISOString();
      set(disk, (at) => ({
        ...diskOf(build, at, options.place.namespace),
        status: "deleting" as const,
        settlesAt,
      }));
    },
    close: async () => {
      if (timer) {
        clearTimeout(timer);
        timer = undefined;
        writing = writing.then(flush);
      }
      await writing;
      if (failure) throw failure;
    },
  };
}

async function findPlace({ store, place }: TwinResourcesOptions): Promise<Place> {
  const cluster = await store.get(place.cluster);
  if (!cluster) {
    throw new RefbenchError(
      "inventory",
      `no cluster ${place.cluster} in the twin, expected the emulator's own`,
    );
  }
  const namespace = itemKey("kubernetes_namespace", cluster.name, place.namespace);
  const known = await store.get(namespace);
  return { cluster: cluster.name, zone: cluster.scope, parent: known?.key ?? cluster.key };
}

interface Names {
  readonly pod: string;
  readonly claim: string;
  readonly disk: string;
  readonly hasHome: boolean;
}

/** As the reference architecture's workspace template names them. */
function namesOf({ workspace, version, parameters }: Build): Names {
  const run = version.variables["bench_run"];
  const pod = `${run === undefined ? "coder" : namePrefix(run)}-${workspace.id.slice(0, 8)}`;
  const size = parameters.find(({ name }) => name === "home_disk_size")?.value;
  return { pod, claim: `${pod}-home`, disk: `pvc-${workspace.id}`, hasHome: Number(size ?? 0) > 0 };
}

/** Names tell the kind: a pod, its claim, or the disk behind that. */
function keyOf(place: Place, namespace: string, name: string): string {
  if (name.startsWith("pvc-")) return itemKey("google_compute_disk", place.zone, name);
  const kind = name.endsWith("-home") ? "kubernetes_persistent_volume_claim" : "kubernetes_pod";
  return itemKey(kind, `${place.cluster}/${namespace}`, name);
}

function itemOf(build: Build, kind: string, name: string, place: Place, namespace: string): TwinItem {
  return {
    key: keyOf(place, namespace, name),
    kind,
    name,
    scope: `${place.cluster}/${namespace}`,
    labels: labelsOf(build),
    status: "ready",
    createdAt: new Date().toISOString(),
    origin: "coder",
    parent: place.parent,
    uses: [],
    ...runOf(build),
  };
}

function diskOf(build: Build, place: Place, namespace: string): TwinItem {
  const { claim, disk } = namesOf(build);
  return {
    key: keyOf(place, namespace, disk),
    kind: "google_compute_disk",
    name: disk,
    scope: place.zone,
    labels: {},
    status: "ready",
    createdAt: new Date().toISOString(),
    origin: "controller",
    owner: keyOf(place, namespace, claim),
    uses: [],
    ...runOf(build),
  };
}

function labelsOf({ version: { variables } }: Build): Record<string, string> {
  const labels = { run: "bench_run", env: "bench_env", owner: "bench_owner", expires: "bench_expires" };
  return {
    ...Object.fromEntries(
      Object.entries(labels).flatMap(([label, variable]) => {
        const value = variables[variable];
        return value === undefined ? [] : [[`bench-${label}`, value]];
      }),
    ),
    "bench-managed": "coder",
  };
}

function runOf({ version }: Build): { runId?: string } {
  const run = version.variables["bench_run"];
  return run === undefined ? {} : { runId: run };
}
