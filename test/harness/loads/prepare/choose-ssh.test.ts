import { expect, test } from "vitest";
import { planText } from "../../../../harness/cli/scaletest/guard-text.ts";
import { chooseSsh } from "../../../../harness/loads/prepare/choose-ssh.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

type Flags = Parameters<typeof chooseSsh>[0];
type Look = Parameters<typeof chooseSsh>[2];
const DIGEST = "ab".repeat(32);

function choose(
  flags: Partial<Flags>,
  url = "https://coder.example.com",
  env: NodeJS.ProcessEnv = { PATH: "" },
) {
  const look = { isEmulated: false, url } as Look;
  return chooseSsh({ ssh: true, sshShare: 1, ...flags } as Flags, { url }, look, env);
}

test("the program that a deployment offers runs only if the flags ask for it", async () => {
  await expect(choose({})).rejects.toThrow(/no coder on PATH.*--ssh-client offered/);
  expect((await choose({ sshClient: "offered" })).deployment).toMatchObject({ ssh: "stdio" });
  expect((await choose({ coderClientSha256: DIGEST })).deployment).toMatchObject({ offeredSha256: DIGEST });
  await expect(choose({ sshClient: "offered", coderBinary: "/bin/sh" })).rejects.toThrow(
    "--coder-binary cannot be",
  );
});

test.each([{ sshClient: "offered" as const }, { coderClientSha256: DIGEST }])(
  "over plain HTTP it is fetched from this machine alone: %j",
  async (flags) => {
    for (const url of ["http://coder.example.com", "http://10.0.0.7:7080", "http://localhost.example.com"])
      await expect(choose(flags, url)).rejects.toThrow(`that ${url} offers is not fetched over plain HTTP`);
    expect((await choose(flags, "http://127.0.0.9:7080")).deployment).toMatchObject({ ssh: "stdio" });
  },
);

test("the plan names the program that will run, before anything else", () => {
  const text = (deployment: Partial<LoadTask["deployment"]>): string => {
    const task = loadTaskFor({ url: "http://127.0.0.1:1", token: "t" });
    const whole = {
      ...task,
      deployment: { url: "https://coder.example.com", ssh: "stdio" as const, ...deployment },
    };
    return planText(whole, { cleanup: "c" }, 500);
  };
  expect(text({})).toMatch(
    /^Will do +fetch https:\/\/coder\.example\.com\/bin\/coder-\S+ and run it on this machine as this user;/,
  );
  expect(text({ offeredSha256: DIGEST })).toContain(`where its SHA-256 is ${DIGEST}`);
  for (const other of [{ coderBinary: "/bin/coder" }, { ssh: "none" as const }, { ssh: "tunnel" as const }])
    expect(text(other)).not.toContain("run it");
});
