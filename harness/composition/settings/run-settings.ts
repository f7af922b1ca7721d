import type { ResolvedSize } from "../../../reference-architectures/catalogue.ts";
import type { Place } from "../../../reference-architectures/place.ts";
import type { RunRequest } from "../../pipeline/making/make-run.ts";
import type { Plan } from "../../pipeline/folder/plan.ts";
import type { OwnClusterRequest } from "./own-cluster-request.ts";
import type { CoderVersion } from "./coder-channel.ts";

/** The settings of a run on which the checks before it depend. */
export interface RunSettings extends Pick<RunRequest, "clusterAccess"> {
  readonly tls: NonNullable<RunRequest["tls"]>;
  readonly rehearse: boolean;
  /** The size with the requested version of Coder. */
  readonly size: ResolvedSize;
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Absent if the version is the size's own. */
  readonly coderVersion?: CoderVersion;
  /** The requested place, by default the architecture's. */
  readonly place: Place;
  readonly runner: Plan["runner"];
  /** Nodes of the run's own cluster for pods that generate load; absent = the load comes from elsewhere. */
  readonly generators?: number;
  /** What the flags say of a cluster of the user's own; absent for other architectures, and in a rehearsal. */
  readonly ownCluster?: OwnClusterRequest;
}
