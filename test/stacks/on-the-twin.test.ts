import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../../harness/rehearsal/inventory/process-identity.ts";
import { twinRunnerAccess } from "../../harness/rehearsal/runner/access.ts";
import { connectRunner } from "../../harness/workload/remote/connection.ts";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { Twin } from "../harness/rehearsal/twin/workdir.ts";
import { synthesize } from "./synthesize.ts";
import { newSshKey } from "../../stacks/ssh-key.ts";

const secrets = { TF_VAR_db_password: "a-password-that-is-nowhere" };
const [ours, another] = [newKey(), newKey()];
const CASES = [...architectures.values()].flatMap(({ name, databases }) =>
  databases.map((kind) => [name, kind]),
);

test.each(CASES)(
  "%s on %s: real terraform applies the canary with its load runner, a second plan is empty, a destroy without secrets leaves nothing",
  async (name, kind) => {
    const { region, zone, stacks } = architectures.get(name)!;
    const { folder } = await synthesize({
      architecture: name,
      size: "canary",
      region,
      zone,
      overrides: { "database.kind": kind },
      runner: { publicKey: ours.public },
    });
    await using twin = await Twin.prepare();
    await cp(join(folder, "cdktf.out/stacks"), join(twin.root, "stacks"), { recursive: true });
    const directories = stacks.map((stack) => join(twin.root, "stacks", stack));

    for (const directory of directories)
      expect(await twin.apply(directory, secrets)).toMatchObject({ exitCode: 0 });
    for (const directory of directories)
      expect(await twin.terraform(directory, ["plan", "-detailed-exitcode"], secrets)).toMatchObject({
        exitCode: 0,
      });
    const { output } = await twin.terraform(directories.at(-1)!, ["output", "-raw", "coder_url"]);
    const coder: unknown = await (await fetch(output)).json();
    expect(coder).toMatchObject({ version: "2.31.0", replicas: 1, env: { CODER_PROVISIONER_DAEMONS: "2" } });
    expect(twin.files().filter((text) => text.includes(secrets.TF_VAR_db_password))).toEqual([]);

    const { output: machine } = await twin.terraform(directories[0]!, ["output", "-raw", "runner_machine"]);
    const access = await twinRunnerAccess(twin.root, machine, ours.private);
    const signal = AbortSignal.timeout(30_000);
    (await connectRunner(access, signal))[Symbol.dispose]();
    await expect(connectRunner({ ...access, privateKey: another.private }, signal)).rejects.toThrow(
      "the run's key is refused for the user refbench",
    );

    const processes = (await twin.items()).flatMap((item) => item.process ?? []);
    expect(processes.filter(isAlive)).toHaveLength(2);
    for (const directory of directories.toReversed())
      expect(await twin.destroy(directory)).toMatchObject({ exitCode: 0 });
    // What controllers made goes in its own time.
    await expect.poll(() => twin.existing(), { timeout: 10_000 }).toEqual([]);
    expect(processes.filter(isAlive)).toEqual([]);
  },
);

function newKey(): { readonly private: string; readonly public: string } {
  const pair = newSshKey();
  return { private: pair.privateKey, public: pair.publicKey.split(" ").slice(0, 2).join(" ") };
}
