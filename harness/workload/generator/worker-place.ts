import { readFileSync, readlinkSync } from "node:fs";
import type { WorkerPlace } from "../../model/record/parts.ts";

/** The machine and the network namespace of this process; undefined where the system names neither. */
export function findPlace(): WorkerPlace | undefined {
  try {
    const machine = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return { machine, network: readlinkSync("/proc/self/ns/net").replaceAll(/\D/g, "") };
  } catch {
    return undefined;
  }
}
