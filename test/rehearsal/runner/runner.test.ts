import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SFTPWrapper } from "ssh2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { programFile } from "../../../rehearsal/bundle.ts";

import { isAlive } from "../../../harness/tools/process/local-process.ts";
import { processesBehind } from "../../../rehearsal/inventory/marked-processes.ts";
import { makeStore } from "../../../rehearsal/inventory/store.ts";
import { twinRunnerAccess } from "../../../rehearsal/runner/access.ts";
import { commandWords } from "../../../rehearsal/runner/command-words.ts";
import type { Cloud } from "../../../rehearsal/twin/cloud/cloud.ts";
import { removeTwinItem } from "../../../rehearsal/twin/cloud/remove.ts";
import { controllerItem } from "../../../rehearsal/twin/controllers/controller-item.ts";
import { runnerOnAws, runnerOnGoogle, launchRunner } from "../../../rehearsal/twin/programs/runner.ts";
import { newSshKey } from "../../../stacks/ssh-key.ts";
import { connectRunner, type RunnerConnection } from "../../../harness/workload/ssh/connection.ts";

const KEY = newSshKey();
const PUBLIC = KEY.publicKey.split(" ").slice(0, 2).join(" ");
const NOW = { ms: 0, controllerMs: 0 };
const signal = AbortSignal.timeout(110_000);

/** Prints its arguments and its input, and leaves a process in a separate session behind, as the host of a task. */
const PROGRAM = `
import { spawn } from "node:child_process";
if (process.argv[2] === "host") setInterval(() => {}, 1000);
else {
  spawn(process.execPath, [process.argv[1], "host"], { detached: true, stdio: "ignore" }).unref();
  process.stdout.write(JSON.stringify(process.argv.slice(2)) + "\\n");
  process.stdin.on("data", (data) => process.stdout.write("heard " + data));
  process.stdin.on("end", () => process.exit(3));
}
`;

/** A twin with one load runner, as its machine's create makes it. */
async function twinWithRunner(name: string) {
  const root = mkdtempSync(join(tmpdir(), "twin-runner-"));
  const store = makeStore(join(root, "inventory"));
  const settings = { root, runner: await programFile("runner") } as Cloud["settings"];
  const item = controllerItem({ kind: "google_compute_instance", scope: "project/zone", name }, {});
  const metadata = { users: [{ name: "refbench", publicKey: PUBLIC }], reports: true };
  const started = await launchRunner({ store, settings, signal }, item, metadata);
  await store.put({ ...item, ...started });
  const access = await twinRunnerAccess(root, name, KEY.privateKey);
  const remove = () => removeTwinItem(store, item.key, NOW);
  return { root, item, store, access, started, remove };
}
type Rename = (from: string, to: string) => Promise<unknown>;
type Stat = (path: string) => Promise<unknown>;
type WriteFile = (path: string, text: string, done: (error?: Error | null) => void) => void;
type TwinWithRunner = Awaited<ReturnType<typeof twinWithRunner>>;

/** Returns the output of a program over a connection, and how it ended. */
function exec({ client, whileUp }: RunnerConnection, command: string, input: string) {
  const ended = new Promise<readonly [string, number]>((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error !== undefined) {
        reject(error);
        return;
      }
      let said = "";
      channel.on("data", (data: Buffer) => (said += data.toString()));
      channel.on("close", (code: number) => resolve([said, code]));
      channel.end(input);
    });
  });
  return whileUp(ended);
}

describe("a load runner of the twin", () => {
  let twin: TwinWithRunner;
  let connection: RunnerConnection;
  let files: { readonly rename: Rename; readonly stat: Stat };
  let program: string;
  beforeAll(async () => {
    twin = await twinWithRunner("bench-abc-runner");
    connection = await connectRunner(twin.access, signal);
    const sftp = await promisify<SFTPWrapper>((done) => connection.client.sftp(done))();
    files = { rename: promisify(sftp.rename.bind(sftp)), stat: promisify(sftp.stat.bind(sftp)) };
    program = join(twin.access.folder, "worker-0123456789ab.mjs");
    await promisify(sftp.writeFile.bind(sftp) as WriteFile)(program, PROGRAM);
  });
  afterAll(async () => {
    connection[Symbol.dispose]();
    await twin.remove();
    rmSync(twin.root, { recursive: true, force: true });
  });

  test("another key, and another user, are refused", async () => {
    const privateKey = newSshKey().privateKey;
    await expect(connectRunner({ ...twin.access, privateKey }, signal)).rejects.toThrow(
      "refused the run's key",
    );
    await expect(connectRunner({ ...twin.access, user: "root" }, signal)).rejects.toThrow(
      "refused the run's key",
    );
  });

  test("a machine that reported another host key is not the runner", async () => {
    const [type = "", blob = ""] = newSshKey().publicKey.split(" ");
    const hostKeys = (): Promise<readonly string[]> => Promise.resolve([`${type} ${blob}`]);
    await expect(connectRunner({ ...twin.access, hostKeys }, signal)).rejects.toThrow("none of those");
  });

  test("the tunnel to a missing machine reports that it is missing", async () => {
    const { command, args, env } = twin.access.tunnel;
    const tunnel = { command, args: [...args.slice(0, -1), "bench-abc-nobody"], env };
    await expect(connectRunner({ ...twin.access, tunnel }, signal)).rejects.toThrow(
      "no load runner bench-abc-nobody answers",
    );
  });

  test("our program runs there with its arguments, its input and its exit code", async () => {
    const { access } = twin;
    expect(await exec(connection, `'${access.node}' ${program} attach "a b" --from 1`, "hello\n")).toEqual([
      `["attach","a b","--from","1"]\nheard hello\n`,
      3,
    ]);
  });

  test.each([
    "ls /",
    "/bin/sh -c id",
    `${process.execPath} /etc/hostname`,
    `${process.execPath} -e 1`,
    `${process.execPath} <folder>/../worker-0123456789ab.mjs`,
    `${process.execPath} <folder>/worker-ffff.mjs`,
  ])("no other command runs there: %s", async (command) => {
    await expect(exec(connection, command.replace("<folder>", twin.access.folder), "")).rejects.toThrow(
      "Unable to exec",
    );
  });

  test("files are put in place as OpenSSH does: a name that is taken is not replaced", async () => {
    const [from, to] = [join(twin.access.folder, "new"), join(twin.access.folder, "taken")];
    writeFileSync(from, "1");
    writeFileSync(to, "2");
    await expect(files.rename(from, to)).rejects.toMatchObject({ code: 4 });
    rmSync(to);
    await files.rename(from, to);
    expect([existsSync(from), existsSync(to)]).toEqual([false, true]);
  });

  test("nothing above its folder is reached, and what is missing is called missing", async () => {
    await expect(files.stat(join(twin.access.folder, ".."))).rejects.toMatchObject({ code: 3 });
    await expect(files.stat("/etc/passwd")).rejects.toMatchObject({ code: 3 });
    await expect(files.stat(join(twin.access.folder, "nothing"))).rejects.toMatchObject({ code: 2 });
  });
});

test.each(["alive", "killed before"])(
  "the delete of a load runner whose server is %s ends every program and removes its disk",
  async (server) => {
    const { root, access, started, store, item, remove } = await twinWithRunner(
      `bench-${server.slice(0, 5)}-runner`,
    );
    const program = join(access.folder, "worker-0123456789ab.mjs");
    writeFileSync(program, PROGRAM);
    const connection = await connectRunner(access, signal);
    await exec(connection, `${access.node} ${program} attach`, "");
    connection[Symbol.dispose]();
    const programs = processesBehind(root, item.key);
    expect(programs.length).toBeGreaterThan(1);
    if (server === "killed before") process.kill(started.process.pid, "SIGKILL");

    expect(await remove()).toEqual({ state: "removed" });
    expect([started.process, ...programs].filter(isAlive)).toEqual([]);
    expect(existsSync(access.folder)).toBe(false);
    expect(await store.get(item.key)).toBeUndefined();
    rmSync(root, { recursive: true, force: true });
  },
);

test("logins follow Google's agent: the machine's keys, unless OS Login is on", () => {
  const metadata = { "ssh-keys": `refbench:${PUBLIC} refbench`, "enable-oslogin": "FALSE" };
  const users = [{ name: "refbench", publicKey: PUBLIC }];
  expect(runnerOnGoogle(metadata)).toEqual({ users, reports: false });
  expect(runnerOnGoogle({ ...metadata, "enable-guest-attributes": "TRUE" })).toEqual({
    users,
    reports: true,
  });
  expect(runnerOnGoogle({ ...metadata, "enable-oslogin": "TRUE" })).toEqual({ users: [], reports: false });
  expect(runnerOnGoogle({ "coder-version": "2.31.0" })).toBeUndefined();
});

test("a machine of AWS is a load runner by the user that its start-up makes", () => {
  expect(runnerOnAws(`#!/bin/bash\nuser='refbench'\npublic_key='${PUBLIC}'\n`)).toEqual({
    users: [{ name: "refbench", publicKey: PUBLIC }],
    reports: false,
  });
  expect(runnerOnAws("#!/bin/bash\necho hello\n")).toBeUndefined();
});

test.each([
  [`a 'b c' "d \\"e" f\\ g`, ["a", "b c", 'd "e', "f g"]],
  ["'it'\\''s' one", ["it's", "one"]],
  ["", []],
])("the words of %s", (command, words) => {
  expect(commandWords(command)).toEqual(words);
});
