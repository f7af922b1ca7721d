import { expect, test } from "vitest";
import type { CoderClient } from "../../../../harness/coder/client.ts";
import type { DeploymentStats } from "../../../../harness/coder/http/schemas.ts";
import { getCaller } from "../../../../harness/workload/checks/guard-caller.ts";
import { lookAtDeployment } from "../../../../harness/workload/checks/guard-look.ts";
import { addPerson, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";

const OPEN: DeploymentStats = {
  collected_at: "2026-11-22T12:00:00Z",
  session_count: { ssh: 1, reconnecting_pty: 4, vscode: 0, jetbrains: 0 },
};

test("open sessions count as others' only if there are other users: Coder counts a load's own for a minute after its end", async () => {
  await using coder = await startEmulatedCoder();
  const { siteAdmin: admin, token } = coder;
  const caller = await getCaller(admin.http, { token, from: "a test" }, new AbortController().signal);
  caller.client.deploymentStats = () => Promise.resolve({ ok: true, status: 200, value: OPEN });
  const [organization] = await admin.organizations().then((answer) => (answer.ok ? answer.value : []));
  const look = async () => (await lookAtDeployment(caller, organization?.id ?? "", Date.now())).inUse;

  await addPerson(coder, "bench-0123456789ab-0", { email: "bench-0123456789ab-0@refbench.test" });
  expect(await look()).toEqual([]);
  await addPerson(coder, "ann");
  expect(await look()).toEqual(["1 other user", "5 open sessions"]);
});

test("provisioner daemons and users that cannot be listed are not none", async () => {
  await using coder = await startEmulatedCoder();
  const { siteAdmin: admin, token } = coder;
  const caller = await getCaller(admin.http, { token, from: "a test" }, new AbortController().signal);
  const [organization] = await admin.organizations().then((answer) => (answer.ok ? answer.value : []));
  const look = () => lookAtDeployment(caller, organization?.id ?? "", Date.now());
  const failing = (status: number) => () =>
    Promise.resolve({ ok: false, failure: { kind: "status", status, message: `GET: ${status}` } } as const);

  expect(await look()).toMatchObject({ builds: { daemons: 5 } });
  caller.client.provisionerDaemons = failing(403);
  expect(await look()).toMatchObject({ builds: { unknown: "GET: 403" } });
  caller.client.provisionerDaemons = failing(503);
  await expect(look()).rejects.toMatchObject({ code: "coder" });

  caller.client.provisionerDaemons = admin.provisionerDaemons;
  caller.client.replicas = failing(503);
  await expect(look()).rejects.toMatchObject({ code: "coder" });

  caller.client.replicas = admin.replicas;
  caller.client.with = () =>
    Object.assign(Object.create(caller.client) as CoderClient, { users: failing(503) });
  await expect(look()).rejects.toThrow("the users cannot be listed");
});
