import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { findRequest } from "../../../../harness/pipeline/folder/request.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import { RunFolder } from "../../../../harness/pipeline/folder/run-folder.ts";
import { findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

const PIPELINE = pathToFileURL(join(import.meta.dirname, "../../../../harness/pipeline/")).href;

/** Runs a line of JavaScript in a process that may make files and write nothing into them, as on a full disk. */
async function onFullDisk(line: string): Promise<void> {
  const limited = `trap '' XFSZ; ulimit -f 0; exec "$0" --import tsx --input-type=module --eval "$1"`;
  await promisify(execFile)("bash", ["-c", limited, process.execPath, line]);
}

test("a run that ends on a full disk is still handed over: its reaper must not wait for it", async () => {
  const folder = new RunFolder(await mkdtemp(join(tmpdir(), "refbench-full-")));
  await onFullDisk(`
    import { requestHandOver } from "${PIPELINE}folder/request.ts";
    import { RunFolder } from "${PIPELINE}folder/run-folder.ts";
    await requestHandOver(new RunFolder(${JSON.stringify(folder.path)}));
  `);
  expect(await findRequest(folder)).toMatchObject({ through: "audit", only: false });
  expect(await readdir(folder.path)).toEqual(["request.json"]);
});

test("a run that cannot report its end to its reaper exits, since the reaper sees its death", async () => {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  await new LeaseBook(folder.leases, world.clock).acquire(ownIdentity());
  await mkdir(folder.request);
  const options = { reporter: world.reporter, signal: new AbortController().signal };
  expect(await executeRun(folder, world.ports(), options)).toBe("left");
  expect(JSON.stringify(world.events)).toContain("takes over once this process has ended");
});

test("a teardown whose record cannot be written stays asked for, and the next reaper writes it", async () => {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  const options = { reporter: world.reporter, signal: new AbortController().signal };
  await executeRun(folder, world.ports(), options);
  await book.release(standIn);
  await rm(folder.record);
  await mkdir(folder.record);
  await reap(folder, world.ports(), options);
  expect(JSON.stringify(world.events)).toContain("its record could not be written");
  expect(await findRequest(folder)).toMatchObject({ through: "audit" });
  await rm(folder.record, { recursive: true });
  await reap(folder, world.ports(), options);
  expect(await findFinalRecord(folder)).toMatchObject({ teardown: { state: "clean" } });
});
