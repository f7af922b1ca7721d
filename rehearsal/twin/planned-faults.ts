import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../inventory/lock.ts";
import { readFaults } from "./faults.ts";
import type { Fault } from "./faults.ts";

/** What a cloud says of a delete that is stuck. */
export const STUCK = "googleapi: Error 503: the resource cannot be deleted now, backendError";

/** A call that faults may meet: what is done to a thing, or a question to the inventory. */
export interface FaultyCall {
  readonly op: Fault["op"];
  /** Terraform type, or the kind where no terraform asks. */
  readonly type: string;
  readonly name: string;
  /** Where it lies, such as `project/us-central1-a`. @default nowhere in particular */
  readonly scope?: string;
  /** What the caller can play of them; the others it does not meet. @default all */
  readonly plays?: readonly Fault["do"][];
}

/** The planned faults that this call meets. Counting is shared by processes, in a folder beside the file. */
export async function faultsMet(file: string | undefined, call: FaultyCall): Promise<Fault[]> {
  if (file === undefined) return [];
  const counts = `${file}.counts`;
  const met: Fault[] = [];
  for (const [index, fault] of readFaults(file).entries()) {
    if (!isMeant(fault, call)) continue;
    const seen = await withLock(join(counts, ".lock"), () => count(counts, String(index)));
    if (isDue(fault, seen)) met.push(fault);
  }
  return met;
}

function isMeant(fault: Fault, { op, type, name, scope = "", plays }: FaultyCall): boolean {
  if (fault.op !== op || plays?.includes(fault.do) === false) return false;
  if (fault.op === "list" || fault.op === "nodes") return true;
  const isThere = fault.zone === undefined || scope.split("/").includes(fault.zone);
  return isThere && globMatches(fault.type, type) && (fault.name ?? name) === name;
}

function isDue(fault: Fault, { calls, sinceMs }: Seen): boolean {
  switch (fault.do) {
    case "late":
    case "org-policy":
      return true;
    case "stuck-delete":
      return calls >= fault.nth && (fault.ms === undefined || Date.now() - sinceMs < fault.ms);
    case "in-use":
      if (fault.ms !== undefined) return calls >= fault.nth && Date.now() - sinceMs < fault.ms;
      return isCounted(fault, calls);
    case "replace-node":
      return calls >= fault.nth;
    default:
      return isCounted(fault, calls);
  }
}

function isCounted({ nth, times }: { readonly nth: number; readonly times: number }, calls: number): boolean {
  return calls >= nth && calls < nth + times;
}

function globMatches(glob: string, text: string): boolean {
  const pattern = glob
    .split("*")
    .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${pattern}$`).test(text);
}

/** How many matching calls there were, this one included, and when the first was. */
interface Seen {
  readonly calls: number;
  readonly sinceMs: number;
}

function count(directory: string, name: string): Seen {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  let [calls, sinceMs] = [0, Date.now()];
  try {
    [calls = 0, sinceMs = Date.now()] = readFileSync(file, "utf8").split(" ").map(Number);
  } catch {
    // The first call that matches.
  }
  writeFileSync(file, `${calls + 1} ${sinceMs}`);
  return { calls: calls + 1, sinceMs };
}
