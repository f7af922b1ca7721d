import { setTimeout as sleep } from "node:timers/promises";
import { CloudError } from "./cloud-error.ts";

/** Waits, or stops with the error that a cancelled provider gives, when Terraform is interrupted. */
export async function waitMs(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw new CloudError("context canceled", { detail: "the operation goes on in the cloud", created: true });
  }
}
