import type { Cloud } from "../cloud/cloud.ts";
import type { Accepted, Settled } from "./controllers.ts";

/** Installs a chart. */
export function installChart(_cloud: Cloud, { state }: Accepted): Promise<Settled> {
  return Promise.resolve({ state, item: {} });
}
