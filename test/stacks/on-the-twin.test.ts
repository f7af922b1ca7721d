import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Transport } from "../../harness/coder/http/transport.ts";
import { isAlive } from "../../harness/tools/process/local-process.ts";
import { twinRunnerAccess } from "../../rehearsal/runner/access.ts";
import { connectRunner } from "../../harness/workload/ssh/connection.ts";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { CODER_VERSION } from "../../reference-architectures/seed.ts";
import { newCoderCertificate } from "../../stacks/coder-certificate.ts";
import { Twin } from "../rehearsal/twin/workdir.ts";
import { RUN, synthesize } from "./synthesize.ts";
import { newSshKey } from "../../stacks/ssh-key.ts";

const secrets = {
  TF_VAR_db_password: "a-password-that-is-nowhere",
  TF_VAR_database_url: "postgres://coder:a-password-that-is-nowhere@db/coder",
};
const [ours, another] = [newKey(), newKey()];
/** Every database that an architecture can have, the first of them by TLS: of the two clusters one with and one without. */
const CASES = [...architectures.values()].flatMap(({ name, databases }) =>
  databases.map((kind, index) => ({ name, kind, tls: index === 0 && name !== "gke" })),
);
/** A cluster of the user's own has no load runner. */
const PROCESSES = { google: 2, aws: 2, kubernetes: 1 } as const;

test.each(CASES)(
  "$name on $kind, TLS $tls: real terraform applies the canary with its load runner, a second plan is empty, a destroy without secrets leaves nothing",
  async ({ name, kind, tls: isSecure }) => {
    const { cloud, region, zone, stacks } = architectures.get(name)!;
    const certificate = isSecure
      ? await newCoderCertificate({ architecture: name, runId: RUN.runId })
      : undefined;
    const keys = certificate === undefined ? {} : { TF_VAR_tls_key: certificate.key };
    const { folder } = await synthesize({
      architecture: name,
      size: "canary",
      region,
      zone,
      overrides: { "database.kind": kind },
      runner: { publicKey: ours.public },
      ...(certificate === undefined ? {} : { tls: certificate.tls }),
    });
    await using twin = await Twin.prepare();
    await cp(join(folder, "cdktf.out/stacks"), join(twin.root, "stacks"), { recursive: true });
    const directories = stacks.map((stack) => join(twin.root, "stacks", stack));

    for (const directory of directories)
      expect(await twin.apply(directory, { ...secrets, ...keys })).toMatchObject({ exitCode: 0 });
    for (const directory of directories)
      expect(
        await twin.terraform(directory, ["plan", "-detailed-exitcode"], { ...secrets, ...keys }),
      ).toMatchObject({
        exitCode: 0,
      });
    const { output } = await twin.terraform(directories.at(-1)!, ["output", "-raw", "coder_url"]);
    expect(new URL(output).protocol).toBe(isSecure ? "https:" : "http:");
    const transport = new Transport({ url: output, ...certificate?.tls });
    const dispatcher = transport.dispatcher(1);
    const { body } = await dispatcher.request({ method: "GET", origin: output, path: "/" });
    const coder: unknown = await body.json();
    await dispatcher.destroy();
    expect(coder).toMatchObject({
      version: CODER_VERSION,
      replicas: 1,
      env: { CODER_PROVISIONER_DAEMONS: "2" },
    });
    expect(twin.files().filter((text) => text.includes(secrets.TF_VAR_db_password))).toEqual([]);
    // The one place is where the twin's cloud keeps it, as long as its secret lives.
    expect(twin.files().filter((text) => text.includes("BEGIN PRIVATE KEY"))).toEqual(Object.values(keys));

    if (cloud !== "kubernetes") await expectOnlyOurKey(twin, directories[0]!);
    const processes = (await twin.items()).flatMap((item) => item.process ?? []);
    expect(processes.filter(isAlive)).toHaveLength(PROCESSES[cloud]);
    for (const directory of directories.toReversed())
      expect(await twin.destroy(directory)).toMatchObject({ exitCode: 0 });
    // Resources of controllers disappear only after a while.
    await expect.poll(() => twin.existing(), { timeout: 10_000 }).toEqual([]);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(twin.files().filter((text) => text.includes("BEGIN PRIVATE KEY"))).toEqual([]);
  },
);

test("an apply without secrets names the one that is missing and makes nothing of it, and a destroy without them removes the rest", async () => {
  const { region, zone } = architectures.get("gce-vm")!;
  const { folder } = await synthesize({ architecture: "gce-vm", size: "canary", region, zone });
  await using twin = await Twin.prepare();
  const directory = join(folder, "cdktf.out/stacks/gce-vm-cloud");
  const applied = await twin.apply(directory);
  expect(applied).toMatchObject({ exitCode: 1 });
  expect(applied.output).toContain("db_password is not set: an apply needs its value in TF_VAR_db_password");
  expect((await twin.items()).map(({ kind }) => kind)).not.toContain("google_sql_user");
  expect(await twin.destroy(directory)).toMatchObject({ exitCode: 0 });
  expect(await twin.existing()).toEqual([]);
});

/** Only the run's own key opens its load runner. */
async function expectOnlyOurKey(twin: Twin, directory: string): Promise<void> {
  const { output: machine } = await twin.terraform(directory, ["output", "-raw", "runner_machine"]);
  const access = await twinRunnerAccess(twin.root, machine, ours.private);
  const signal = AbortSignal.timeout(30_000);
  (await connectRunner(access, signal))[Symbol.dispose]();
  await expect(connectRunner({ ...access, privateKey: another.private }, signal)).rejects.toThrow(
    "the runner refused the run's key for the user refbench",
  );
}

function newKey(): { readonly private: string; readonly public: string } {
  const pair = newSshKey();
  return { private: pair.privateKey, public: pair.publicKey.split(" ").slice(0, 2).join(" ") };
}
