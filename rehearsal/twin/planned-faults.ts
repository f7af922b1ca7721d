import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../harness/tools/error.ts";
import { withLock } from "../inventory/lock.ts";
import { type Fault, globMatches, readFaults } from "./faults.ts";

/** A cloud's answer to a delete that is stuck. */
export const STUCK = "googleapi: Error 503: the resource cannot be deleted now, backendError";

/** A call that faults may meet: what is done to a thing, or a question to the inventory. */
export interface FaultyCall {
  readonly op: Fault["op"];
  /** Terraform type, or the kind where no terraform asks. */
  readonly type: string;
  readonly name: string;
  /** Scope of the thing, such as `project/us-central1-a`. @default nowhere in particular */
  readonly scope?: string;
  /** Faults that the caller can play; it does not meet the others. @default all */
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

/**
 * The planned faults of a file that no call has met so far, in words: `faults[0], refuse on create of google_sql_*: no call
 * matched`. A file that can no longer be read is reported in their place: a record is written in any case.
 */
export function findUnplayedFaults(file: string): readonly string[] {
  let faults: readonly Fault[];
  try {
    faults = readFaults(file);
  } catch (error) {
    return [messageOf(error)];
  }
  return faults.flatMap((fault, index) => {
    const { calls } = readCount(join(`${file}.counts`, String(index)));
    const first = "nth" in fault ? fault.nth : 1;
    if (calls >= first) return [];
    const matched = calls === 0 ? "no call matched" : `${calls} of ${first} calls matched`;
    return [`faults[${index}], ${describeFault(fault)}: ${matched}`];
  });
}

function describeFault(fault: Fault): string {
  if (fault.op === "list" || fault.op === "nodes" || fault.op === "provisioners")
    return `${fault.do} on ${fault.op}`;
  const name = fault.name === undefined ? "" : ` named ${fault.name}`;
  const zone = fault.zone === undefined ? "" : ` in ${fault.zone}`;
  return `${fault.do} on ${fault.op} of ${fault.type}${name}${zone}`;
}

function isMeant(fault: Fault, { op, type, name, scope = "", plays }: FaultyCall): boolean {
  if (fault.op !== op || plays?.includes(fault.do) === false) return false;
  if (fault.op === "list" || fault.op === "nodes" || fault.op === "provisioners") return true;
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
    case "lose-provisioners":
      return calls >= fault.nth;
    default:
      return isCounted(fault, calls);
  }
}

function isCounted({ nth, times }: { readonly nth: number; readonly times: number }, calls: number): boolean {
  return calls >= nth && calls < nth + times;
}

/** How many matching calls there were, and when the first was. */
interface Seen {
  readonly calls: number;
  readonly sinceMs: number;
}

/** Counts one more matching call and returns the sum. */
function count(directory: string, name: string): Seen {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  const { calls, sinceMs } = readCount(file);
  writeFileSync(file, `${calls + 1} ${sinceMs}`);
  return { calls: calls + 1, sinceMs };
}

function readCount(file: string): Seen {
  try {
    const [calls = 0, sinceMs = Date.now()] = readFileSync(file, "utf8").split(" ").map(Number);
    return { calls, sinceMs };
  } catch {
    // No call has matched yet.
    return { calls: 0, sinceMs: Date.now() };
  }
}
