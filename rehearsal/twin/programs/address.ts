import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { withLock } from "../../inventory/lock.ts";
import { isAlive } from "../../../harness/tools/process/local-process.ts";
import type { LocalProcess } from "../../../harness/tools/process/local-process.ts";
import { folderOfAddress } from "../../runner/disk.ts";
import { templateHash } from "../values/template.ts";
import { parseJson } from "../../../harness/tools/parse-json.ts";

/** File in a reserved address's folder with the identity of the process behind it. */
export const IDENTITY_FILE = "process.json";

/** Reserves an address of 127.0.0.0/8 that nothing else in the twin has, its port if that is free, and the folder of its files. */
export async function reserveAddress(
  root: string,
  owner: string,
  wanted: number,
): Promise<{ readonly host: string; readonly port: number; readonly folder: string }> {
  return withLock(folderOfAddress(root, ".lock"), async () => {
    for (let attempt = 0; ; attempt += 1) {
      const [b = 0, c = 0, d = 0] = templateHash(`${owner} ${attempt}`);
      const host = `127.${16 + (b % 239)}.${c}.${1 + (d % 254)}`;
      const folder = folderOfAddress(root, host);
      if (isTaken(folder)) continue;
      mkdirSync(folder, { recursive: true });
      return { host, port: (await isFree(host, wanted)) ? wanted : 0, folder };
    }
  });
}

function isTaken(folder: string): boolean {
  try {
    return isAlive(parseJson(readFileSync(join(folder, IDENTITY_FILE), "utf8")) as LocalProcess);
  } catch {
    return false;
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
