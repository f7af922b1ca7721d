import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { itemKey } from "../../inventory/key.ts";
import { withLock } from "../../inventory/lock.ts";
import { readFaults } from "../faults.ts";
import type { Fault } from "../faults.ts";
import type { Cloud } from "./cloud.ts";
import { CloudError, cloudWords } from "./cloud-error.ts";
import type { Identity } from "./identity.ts";

/** What is left to the caller of the faults that its call meets. */
export interface Injected {
  /** How much longer it takes once it is accepted. */
  readonly slowMs: number;
  /** Done, and Terraform hears only this. */
  readonly lostAnswer?: string;
}

/** Plays the planned faults that this call meets: throws, leaks, or hands back what the caller must play. */
export async function injectFault(
  cloud: Cloud,
  op: Fault["op"],
  type: string,
  identity: Identity,
  labels: Readonly<Record<string, string>>,
): Promise<Injected> {
  let injected: Injected = { slowMs: 0 };
  for (const fault of await metBy(cloud, op, type, identity.name)) {
    switch (fault.do) {
      case "refuse":
        throw new CloudError(fault.message);
      case "in-use":
        throw new CloudError(cloudWords(identity.kind).inUse(identity.path, fault.message));
      case "slow":
        injected = { ...injected, slowMs: injected.slowMs + fault.ms };
        break;
      case "leak":
        await leak(cloud, identity, labels);
        break;
      case "accept-and-lose-answer":
        injected = { ...injected, lostAnswer: fault.message };
    }
  }
  return injected;
}

async function metBy({ settings }: Cloud, op: Fault["op"], type: string, name: string): Promise<Fault[]> {
  if (settings.faults === undefined) return [];
  const counts = `${settings.faults}.counts`;
  const met: Fault[] = [];
  for (const [index, fault] of readFaults(settings.faults).entries()) {
    if (fault.op !== op || !globMatches(fault.type, type) || (fault.name ?? name) !== name) continue;
    const count = await withLock(join(counts, ".lock"), () => increment(counts, String(index)));
    if (count >= fault.nth && count < fault.nth + fault.times) met.push(fault);
  }
  return met;
}

function globMatches(glob: string, text: string): boolean {
  const pattern = glob
    .split("*")
    .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${pattern}$`).test(text);
}

function increment(directory: string, name: string): number {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  let count = 0;
  try {
    count = Number(readFileSync(file, "utf8"));
  } catch {
    // The first call that matches.
  }
  writeFileSync(file, String(count + 1));
  return count + 1;
}

async function leak(
  { store }: Cloud,
  { key, name, context }: Identity,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const scope = `${context.project ?? name}/${context.zone ?? "us-central1-a"}`;
  const disk = `leaked-beside-${name}`;
  await store.put({
    key: itemKey("google_compute_disk", scope, disk),
    kind: "google_compute_disk",
    name: disk,
    scope,
    labels: { ...labels },
    status: "ready",
    createdAt: new Date().toISOString(),
    origin: "leak",
    uses: [],
    attributes: { leaked_beside: key },
  });
}
