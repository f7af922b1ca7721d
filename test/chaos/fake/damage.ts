import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";
import type { Damage } from "./schedule.ts";

/** Breaks files of a run's folder as a lost machine, a torn write or a careless hand would. */
export function damage(
  folder: RunFolder,
  { journalKept, journalCorruptAt, truncated, secretsLost }: Damage,
): void {
  if (journalKept !== undefined && existsSync(folder.journal)) {
    const { length } = readFileSync(folder.journal);
    truncateSync(folder.journal, Math.floor(length * journalKept));
  }
  if (journalCorruptAt !== undefined && existsSync(folder.journal)) {
    const bytes = readFileSync(folder.journal);
    const at = Math.floor(bytes.length * journalCorruptAt);
    if (bytes.length > 0) bytes[at] = bytes[at] === 0x78 ? 0x79 : 0x78;
    writeFileSync(folder.journal, bytes);
  }
  for (const name of truncated) for (const path of filesOf(folder, name)) halve(path);
  if (secretsLost) rmSync(folder.secrets, { force: true });
}

/** Writes of everything that this process claims to be that it is a process which has died. */
export function markDead(folder: RunFolder, what: "lease" | "owner.json"): void {
  for (const path of filesOf(folder, what)) {
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/"startTime":\s*"[^"]*"/, '"startTime":"0"'));
  }
}

/** Has everything that was written until now name another host, as after the host was renamed. */
export function renameHost(folder: RunFolder): void {
  for (const path of [...filesOf(folder, "lease"), ...filesOf(folder, "owner.json")]) {
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/"host":\s*"[^"]*"/, '"host":"former-name"'));
  }
}

function filesOf(folder: RunFolder, name: string): readonly string[] {
  const path = name === "lease" ? folder.leases : join(folder.path, name);
  if (!existsSync(path)) return [];
  if (name !== "lease") return [path];
  return readdirSync(path)
    .filter((file) => file.endsWith(".json"))
    .map((file) => join(path, file));
}

function halve(path: string): void {
  truncateSync(path, Math.floor(readFileSync(path).length / 2));
}
