import { CloudError } from "../cloud/cloud-error.ts";
import type { Values } from "../values/value.ts";
import type { Settled } from "./settled.ts";

/** Returns the state of a release whose pods are not ready. */
export function failed(state: Values): Values {
  return { ...state, status: "failed" };
}

/** Helm waits for ready pods until its time is up, and reports only that. */
export function timedOut(state: Values, why: string): NonNullable<Settled["never"]> {
  return {
    seconds: Number(state["timeout"] ?? 300),
    error: new CloudError("installation failed", {
      detail: `context deadline exceeded\n\nThe twin saw why: ${why}`,
      created: true,
    }),
  };
}
