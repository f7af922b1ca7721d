import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import type { RunFolder } from "./run-folder.ts";

/**
 * Whether this user's installation signed the run's plan. A folder may come with a cloned repository, an
 * archive or a bucket, and its plan decides which cloud is asked through which endpoints. Commands continue
 * runs automatically only in folders that this installation signed. Others must be named, as git requires for
 * `safe.directory`.
 */
export function isOwn(folder: RunFolder): boolean {
  try {
    const { uid } = statSync(folder.path);
    if (process.getuid !== undefined && uid !== process.getuid()) return false;
    const given = Buffer.from(readFileSync(signatureOf(folder), "utf8").trim(), "hex");
    const own = digestOf(readFileSync(folder.plan), readKey());
    return given.length === own.length && timingSafeEqual(given, own);
  } catch {
    return false;
  }
}

/**
 * Signs a run's plan with this installation's key. Throws `run_folder` when the key or the signature cannot
 * be stored.
 */
export function signPlan(folder: RunFolder, planText: string): void {
  try {
    const digest = digestOf(Buffer.from(planText), getKey());
    writeFileSync(signatureOf(folder), `${digest.toString("hex")}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new RefbenchError(
      "run_folder",
      `the plan in ${folder.path} cannot be signed: expected a writable place for the key in ${keyFiles().join(" or ")}`,
      { cause },
    );
  }
}

/** Why a run is not continued automatically, and what to do. */
export function explainNotOwn(folder: RunFolder): string {
  return `the run in ${folder.path} was not made by this installation, so refbench does not continue it automatically: read its plan.json, then run "refbench teardown ${folder.path}"`;
}

function signatureOf(folder: RunFolder): string {
  return join(folder.path, "plan.sig");
}

function digestOf(plan: Buffer, key: Buffer): Buffer {
  return createHmac("sha256", key).update(plan).digest();
}

/** One key per user and machine, made at the first run in the first writable place. */
function getKey(): Buffer {
  for (const file of keyFiles()) {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, randomBytes(32).toString("hex"), { flag: "wx", mode: 0o600 });
      return readKey();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return readKey();
    }
  }
  throw new Error("no writable place for a key");
}

/** Throws when there is no key, or when others could have read or written it. */
function readKey(): Buffer {
  const file = keyFiles().find((one) => existsSync(one));
  if (file === undefined) throw new Error("there is no key yet");
  const { uid, mode } = statSync(file);
  if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o077) !== 0))
    throw new Error(`${file} can be changed or read by others`);
  return readFileSync(file);
}

/** Beside the user's other settings; if the home is not writable, in the folder for temporary files. */
function keyFiles(): readonly string[] {
  const own = process.env["XDG_CONFIG_HOME"] ?? "";
  const config = own === "" ? join(homedir(), ".config") : own;
  const user = process.getuid?.() ?? "user";
  return [
    join(config, "refbench", "installation-key"),
    join(tmpdir(), `refbench-${user}`, "installation-key"),
  ];
}
