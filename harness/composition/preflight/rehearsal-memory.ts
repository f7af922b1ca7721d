import type { Size } from "../../../reference-architectures/architecture.ts";
import { countCarriers } from "../../../rehearsal/emulator/carriers/carriers.ts";
import type { PreflightFinding } from "../../model/ports/preflight-finding.ts";
import { formatCount } from "../../tools/count-text.ts";
import { loadOfSize } from "../../workload/parts/load-of-size.ts";
import { planParts } from "../../workload/parts/plan-parts.ts";

/**
 * Memory of a rehearsal's processes, measured on 2026-12-01 in a rehearsal of 10,000 users on 2 cores (Node 20.20): a
 * process of the emulator without connections; a connection in it; a user or a workspace in its state; and all other
 * processes together (driver, reaper, load runner, provisioners, Terraform).
 */
const EMULATOR_MIB = 115;
const CONNECTION_KIB = 22;
const RECORD_KIB = 20;
const OTHERS_MIB = 900;

/** Memory of the machine that stays free. */
const USED_SHARE = 0.8;

/** A smaller need is not worth a line. */
const NOTEWORTHY_MIB = 1_536;

/** What a rehearsal with the emulator needs, in MiB. */
export interface RehearsalMemory {
  readonly workersMib: number;
  readonly emulatorMib: number;
  readonly totalMib: number;
  readonly workers: number;
}

/** Returns what a rehearsal of this size needs in memory at its largest. */
export function rehearsalMemory(size: Size): RehearsalMemory {
  const load = { ...loadOfSize(size), deployment: { ssh: "tunnel" as const } };
  const { parts: workers, each } = planParts(load);
  const workersMib = workers * each.memoryMib;
  const carriers = countCarriers(size.coder.replicas, {});
  const emulatorMib = Math.ceil(
    (1 + carriers) * EMULATOR_MIB +
      (size.connections.total * CONNECTION_KIB + (size.users + size.workspaces) * RECORD_KIB) / 1_024,
  );
  return { workers, workersMib, emulatorMib, totalMib: workersMib + emulatorMib + OTHERS_MIB };
}

/** Returns whether this machine has the memory for a rehearsal, as a finding of the preflight. */
export function checkRehearsalMemory(size: Size, freeMib: number): PreflightFinding {
  const { workers, workersMib, emulatorMib, totalMib } = rehearsalMemory(size);
  const found =
    `this rehearsal needs about ${formatCount(totalMib)} MiB of memory (${formatCount(workersMib)} for ` +
    `${workers === 1 ? "1 worker" : `${workers} workers`}, ${formatCount(emulatorMib)} for the emulator, ` +
    `${formatCount(OTHERS_MIB)} for the others); ${formatCount(freeMib)} MiB are free`;
  const isNoted = totalMib >= NOTEWORTHY_MIB;
  if (totalMib <= freeMib * USED_SHARE) return { name: "memory", state: "ok", found, isNoted };
  return {
    name: "memory",
    state: "failed",
    found: `${found}, of which ${formatCount(Math.floor(freeMib * USED_SHARE))} may be used`,
    fix: "choose a smaller size, or fewer connections with --set connections.total=<number>",
  };
}
