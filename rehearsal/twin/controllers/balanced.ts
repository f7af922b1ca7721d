import type { TwinItem } from "../../inventory/item.ts";

export interface Balanced {
  /** The Service of type LoadBalancer. */
  readonly service: TwinItem;
  readonly cluster: TwinItem;
  readonly annotations: Readonly<Record<string, string>>;
  readonly address: string;
  /** Whether only the nodes of its pods get its traffic (`externalTrafficPolicy: Local`). */
  readonly isLocal: boolean;
  readonly runId: string | undefined;
}
