import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { identityOf, isAlive } from "../../harness/tools/process/local-process.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";

const RETRY_MS = 3;
/**
 * Age at which a breaker's lock is removed. Breaking a dead holder's lock takes microseconds: an older breaker has
 * died.
 */
const BREAKER_DEAD_MS = 10_000;

/**
 * Runs `act` while holding a lock that several processes share. Hard links make taking it one atomic step with its
 * holder's name already inside, so that the lock of a dead process is recognised and broken.
 */
export async function withLock<T>(file: string, act: () => Promise<T> | T): Promise<T> {
  const mine = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(mine, JSON.stringify(identityOf(process.pid)));
  try {
    while (!take(mine, file)) {
      breakIfDead(mine, file);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (1 + Math.random())));
    }
    try {
      return await act();
    } finally {
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function take(mine: string, file: string): boolean {
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Only the holder of the breaker's lock may remove, or two breakers could remove each other's new lock. */
function breakIfDead(mine: string, file: string): void {
  if (!isHolderDead(file)) return;
  const breaker = `${file}.breaker`;
  if (!take(mine, breaker)) {
    const since = statSync(breaker, { throwIfNoEntry: false })?.ctimeMs ?? Date.now();
    if (Date.now() - since > BREAKER_DEAD_MS) rmSync(breaker, { force: true });
    return;
  }
  try {
    if (isHolderDead(file)) rmSync(file, { force: true });
  } finally {
    rmSync(breaker, { force: true });
  }
}

function isHolderDead(file: string): boolean {
  try {
    const holder = parseJson(readFileSync(file, "utf8")) as { pid: number; startTime: string };
    return !isAlive(holder);
  } catch {
    return false;
  }
}
