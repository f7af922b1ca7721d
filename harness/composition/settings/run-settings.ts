import type { ResolvedSize } from "../../../reference-architectures/catalogue.ts";
import type { Place } from "../../../reference-architectures/place.ts";
import type { RunRequest } from "../../pipeline/making/make-run.ts";
import type { Plan } from "../../pipeline/folder/plan.ts";
import type { CoderVersion } from "./coder-channel.ts";

/** What a run will be, as far as the checks before it depend on it. */
export interface RunSettings extends Pick<RunRequest, "clusterAccess"> {
  readonly tls: NonNullable<RunRequest["tls"]>;
  readonly rehearse: boolean;
  /** At the version of Coder that was asked for. */
  readonly size: ResolvedSize;
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Absent where no other version than the size's was asked for. */
  readonly coderVersion?: CoderVersion;
  /** The architecture's, or where it was asked for. */
  readonly place: Place;
  readonly runner: Plan["runner"];
}
