import type { TwinItem } from "../../inventory/item.ts";
import type { TwinStore } from "../../inventory/store.ts";
import type { TypeOverlay } from "../values/overlay.ts";
import type { TwinSettings } from "../settings.ts";
import type { Values } from "../values/value.ts";
import type { TypeSchema } from "../values/schema.ts";
import type { TwinPlace } from "./place.ts";

/** The context of every operation of the twin's clouds. */
export interface Cloud {
  readonly store: TwinStore;
  readonly settings: TwinSettings;
  /** Aborted by StopProvider. */
  readonly signal: AbortSignal;
}

/** One resource that Terraform asks something of. */
export interface Asked {
  readonly type: string;
  readonly schema: TypeSchema;
  readonly overlay: TypeOverlay;
  readonly place: TwinPlace;
  /** Cluster of a Kubernetes object or Helm release. */
  readonly cluster: TwinItem | undefined;
  /** The configuration, write-only values included: never stored. */
  readonly config: Values;
}

/** A cloud's duration on this twin, in milliseconds of wall time. */
export function scaledMs(seconds: number, { speed }: TwinSettings): number {
  return (seconds * 1000) / speed;
}
