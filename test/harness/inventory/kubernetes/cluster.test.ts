import { expect, test } from "vitest";
import { tokenAccess } from "../../../../harness/kubernetes/access.ts";
import { kubernetesApi } from "../../../../harness/kubernetes/api.ts";
import { forgetUnfinishedReleases } from "../../../../harness/inventory/kubernetes/helm-records.ts";
import { lookAtApiServer } from "../../../../harness/kubernetes/readiness.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeKubernetes } from "../../../support/fake-kubernetes.ts";

const RUN = "01kb3v9x2m7q8r5t6w4y1z0abc";
const signal = new AbortController().signal;
const token = (): Promise<string> => Promise.resolve("a-token");

test.each([
  [200, "ok", { state: "ready" }],
  [
    500,
    "[-]etcd failed: reason withheld",
    { state: "away", reason: expect.stringContaining("etcd failed") as string },
  ],
  [503, "", { state: "away" }],
  [403, "", { state: "unknown" }],
])("an API server that answers %i to /readyz", async (status, body, look) => {
  await using api = new FakeKubernetes();
  const server = await api.start();
  api.mishaps.push({ match: "/readyz", status, body, left: 1 });
  expect(await lookAtApiServer(tokenAccess({ server, token }), signal)).toMatchObject(look);
});

test("an API server that does not answer is away, and one without credentials for it is unknown", async () => {
  expect(await lookAtApiServer(tokenAccess({ server: "http://127.0.0.1:1", token }), signal)).toMatchObject({
    state: "away",
  });
  const refused = tokenAccess({
    server: "http://127.0.0.1:1",
    token: () => Promise.reject(new Error("no credentials")),
  });
  expect(await lookAtApiServer(refused, signal)).toEqual({ state: "unknown", reason: "no credentials" });
});

test("records of the run's releases that are not deployed are deleted, and no others", async () => {
  await using api = new FakeKubernetes();
  const server = await api.start();
  const record = (name: string): object => ({
    metadata: {
      name: `sh.helm.release.v1.${name}.v1`,
      namespace: "coder",
      labels: { owner: "helm", name, status: "pending-install" },
    },
  });
  api.mishaps.push({
    match: "GET /api/v1/secrets?labelSelector=owner%3Dhelm%2Cstatus+notin+%28deployed",
    status: 200,
    body: { kind: "List", items: [record("bench-5t6w4y1z0abc-coder"), record("somebody-elses")] },
    left: 1,
  });
  const call = kubernetesApi(tokenAccess({ server, token }), fakeClock());
  expect(await forgetUnfinishedReleases(call, { runId: RUN }, signal)).toEqual(["bench-5t6w4y1z0abc-coder"]);
  expect(api.requests.filter((line) => line.startsWith("DELETE"))).toEqual([
    "DELETE /api/v1/namespaces/coder/secrets/sh.helm.release.v1.bench-5t6w4y1z0abc-coder.v1",
  ]);
});
