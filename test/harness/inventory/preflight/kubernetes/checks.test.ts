import { expect, test } from "vitest";
import type { CheckName } from "../../../../../harness/inventory/preflight/check.ts";
import { KUBERNETES_CHECKS } from "../../../../../harness/inventory/preflight/kubernetes/checks.ts";
import type { KubernetesContext } from "../../../../../harness/inventory/preflight/kubernetes/context.ts";
import { type CheckResult, runChecks } from "../../../../../harness/inventory/preflight/run-checks.ts";
import type { Size } from "../../../../../reference-architectures/architecture.ts";
import { resolveSize } from "../../../../../reference-architectures/catalogue.ts";
import type { FakeKubernetes } from "../../../../support/fake-kubernetes.ts";
import { node, podOn, readyCluster } from "./ready-cluster.ts";

const STORAGE = "/apis/storage.k8s.io/v1";
const signal = new AbortController().signal;
const KUBECTL = "kubectl --kubeconfig /home/ada/.kube/config --context lab";

const CODER = { ...resolveSize("gke", "canary").figures.coder, replicas: 1, cpuMillis: 1_000, memoryGib: 2 };

interface Case {
  readonly change?: Partial<KubernetesContext>;
  readonly figures?: Partial<Size>;
  readonly spoil?: (api: FakeKubernetes) => void;
}

/** The result of a check, in a cluster that is ready but for the case's change. */
async function ask(name: CheckName, { change, figures, spoil }: Case = {}): Promise<CheckResult> {
  await using world = await readyCluster(change, figures);
  spoil?.(world.api);
  const results = await runChecks(KUBERNETES_CHECKS, world.context, signal);
  const result = results.find((one) => one.name === name);
  if (result === undefined) throw new Error(`no check ${name}`);
  return result;
}

test("in a ready cluster nothing fails, and nothing is created", async () => {
  await using world = await readyCluster();
  const results = await runChecks(KUBERNETES_CHECKS, world.context, signal);
  expect(results.filter(({ state }) => state === "failed")).toEqual([]);
  expect(results.filter(({ state }) => state === "unknown").map(({ name }) => name)).toEqual(["artefacts"]);
  const changes = world.api.requests.filter((line) => !line.startsWith("GET") && !/selfsubject/.test(line));
  expect(changes.length).toBeGreaterThan(3);
  expect(changes.every((line) => line.endsWith("?dryRun=All"))).toBe(true);
});

test.each<[CheckName, string, Case, RegExp]>([
  [
    "identity",
    "a bad token",
    { spoil: (api) => refuse(api, "namespaces/kube-system", 401, "Unauthorized") },
    /refuses this identity: Unauthorized \(401\)/,
  ],
  [
    "identity",
    "another cluster",
    { change: { project: "another-uid" } },
    /but the run is of the cluster another-uid/,
  ],
  [
    "marker",
    "no marker",
    { spoil: (api) => void api.objects.delete("/api/v1/namespaces/refbench") },
    /no namespace refbench labelled refbench=allowed/,
  ],
  [
    "permissions",
    "a missing right to make, and one to list",
    {
      spoil: (api) =>
        ["create pods/exec", "delete namespaces", "list jobs"].forEach((act) => api.forbidden.add(act)),
    },
    /not granted in all namespaces: delete namespaces; create pods\/exec; list jobs\.batch$/,
  ],
  [
    "apis",
    "a group without an answer",
    { spoil: (api) => refuse(api, "GET /apis/batch/v1", 503, "unavailable") },
    /could delete no namespace.*API group \/apis\/batch\/v1 does not answer/,
  ],
  [
    "kubernetes-version",
    "an old cluster",
    { spoil: (api) => answer(api, "GET /version", { major: "1", minor: "28", gitVersion: "v1.28.9" }) },
    /v1\.28\.9, expected 1\.29 or later/,
  ],
  [
    "storage",
    "no such class",
    { change: { choice: { storageClass: "slow" } } },
    /no storage class "slow".*it has fast/,
  ],
  [
    "storage",
    "no default class",
    { spoil: (api) => void api.objects.delete(`${STORAGE}/storageclasses/fast`) },
    /no default storage class for Postgres and homes; it has none/,
  ],
  [
    "nodes",
    "nodes that are too small for the largest pod",
    { figures: { coder: { ...CODER, cpuMillis: 5_000 } } },
    /no node has room for 1 pod of Coder with 5000m CPU and 2048 MiB on a node of its own.*node-1 4000m CPU/,
  ],
  [
    "nodes",
    "other pods that take the room",
    { spoil: (api) => api.put("/api/v1", "tenant", "pods", podOn("node-1", "big", { cpu: "3500m" })) },
    /no node has room for 1 pod of Coder with 1000m CPU.*free on 1 node: node-1 500m CPU/,
  ],
  [
    "nodes",
    "replicas that need nodes of their own",
    { figures: { coder: { ...CODER, replicas: 2 } } },
    /no node has room for 1 pod of Coder/,
  ],
  [
    "nodes",
    "too few pods on a node",
    { spoil: (api) => api.put("/api/v1", undefined, "nodes", node("node-1", { pods: "10" })) },
    /no node has room for 5 pods of workspaces/,
  ],
  [
    "nodes",
    "a selector that selects nothing",
    { change: { choice: { nodeSelector: { pool: "bench" } } } },
    /none of the 1 node is selected with pool=bench/,
  ],
  [
    "nodes",
    "a node that takes no pods",
    { spoil: (api) => api.put("/api/v1", undefined, "nodes", node("node-1", { conditions: [] })) },
    /no node can take a pod; not usable: node-1: it is not ready/,
  ],
  [
    "admission",
    "a policy against the namespaces",
    {
      spoil: (api) =>
        refuse(api, "POST /api/v1/namespaces?", 422, "ValidatingAdmissionPolicy 'x' denied request: no"),
    },
    /would refuse namespace bench-.*-coder: ValidatingAdmissionPolicy 'x' denied request: no \(422\)/,
  ],
  [
    "admission",
    "Pod Security",
    {
      spoil: (api) =>
        refuse(api, "namespaces/refbench/pods", 403, 'violates PodSecurity "restricted:latest"'),
    },
    /a pod of coder: violates PodSecurity "restricted:latest"/,
  ],
  [
    "clock",
    "a clock that is behind",
    { spoil: (api) => answer(api, "GET /version", {}, { date: "Wed, 31 Dec 2025 23:59:00 GMT" }) },
    /clock is 5\d s behind this machine's.*at most 10 s are expected/,
  ],
  [
    "leftovers",
    "something that an earlier run left",
    { spoil: (api) => leave(api) },
    /1 resource expired: kubernetes_namespace_v1 bench-5t6w4y1z0abc-coder/,
  ],
])("%s fails with %s", async (name, _what, spoiled, found) => {
  const result = await ask(name, spoiled);
  expect(result).toMatchObject({ state: "failed", found: expect.stringMatching(found) });
  expect(result.fix).toMatch(/\S/);
});

test("the marker's next step can be pasted", async () => {
  const spoil = (api: FakeKubernetes): void => void api.objects.delete("/api/v1/namespaces/refbench");
  expect((await ask("marker", { spoil })).fix).toBe(
    `${KUBECTL} create namespace refbench && ${KUBECTL} label namespace refbench refbench=allowed`,
  );
  const mislabel = (api: FakeKubernetes): void =>
    api.put("/api/v1", undefined, "namespaces", {
      metadata: { name: "refbench", labels: { refbench: "no" } },
    });
  expect((await ask("marker", { spoil: mislabel })).fix).toBe(
    `${KUBECTL} label namespace refbench refbench=allowed --overwrite`,
  );
});

test("a credential must last until the teardown ends, unless it is renewed", async () => {
  await using world = await readyCluster();
  const endsAt = Math.floor(world.context.clock.now() / 1_000) + 3_600;
  const payload = Buffer.from(JSON.stringify({ exp: endsAt })).toString("base64url");
  const login = (): ReturnType<KubernetesContext["access"]["login"]> =>
    Promise.resolve({ headers: { authorization: `Bearer e30.${payload}.x` }, tls: {} });
  const check = KUBERNETES_CHECKS.find(({ name }) => name === "credential");
  const access = { ...world.context.access, renews: false, login };
  expect(await check?.run({ ...world.context, access }, signal)).toMatchObject({
    state: "failed",
    found: "the credential lasts 1h 00m; a run with its teardown takes at most 3h 00m",
  });
  expect(await check?.run({ ...world.context, access, neededMs: 3_000_000 }, signal)).toMatchObject({
    state: "ok",
  });
  expect(await check?.run(world.context, signal)).toMatchObject({ state: "ok" });
  const opaque = { ...access, login: () => Promise.resolve({ headers: {}, tls: {} }) };
  expect(await check?.run({ ...world.context, access: opaque }, signal)).toMatchObject({ state: "unknown" });
});

test("a node with a taint is named, and others are used", async () => {
  const tainted = node("node-0");
  const spec = { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] };
  const result = await ask("nodes", {
    spoil: (api) => api.put("/api/v1", undefined, "nodes", { ...tainted, spec }),
  });
  expect(result).toMatchObject({
    state: "ok",
    found: expect.stringContaining("not usable: node-0: it has the taint gpu=yes:NoSchedule"),
  });
});

test("what cannot be asked is not known, and keeps no run from starting", async () => {
  for (const [name, match] of [
    ["permissions", "selfsubjectaccessreviews"],
    ["nodes", "/api/v1/pods?"],
    ["storage", "storageclasses?"],
  ] as const) {
    const result = await ask(name, { spoil: (api) => refuse(api, match, 500, "broken") });
    expect(result.state).toBe("unknown");
  }
});

test("rights to observe that are missing are named with what the record will lack, and stop no run", async () => {
  const spoil = (api: FakeKubernetes): void => void api.forbidden.add("get nodes/proxy");
  expect(await ask("observation", { spoil })).toMatchObject({
    state: "ok",
    found: expect.stringMatching(/not granted: get nodes\/proxy; .*lack: CPU, memory and throttling/),
    fix: expect.stringContaining("refbench-observe"),
  });
  expect((await ask("observation")).found).not.toContain("not granted");
});

test("a class that keeps volumes is advised against", async () => {
  const spoil = (api: FakeKubernetes): void =>
    api.put(STORAGE, undefined, "storageclasses", {
      metadata: { name: "kept" },
      ...{ provisioner: "disks.example.com", reclaimPolicy: "Retain" },
    });
  const result = await ask("storage", { spoil, change: { choice: { storageClass: "kept" } } });
  expect(result).toMatchObject({ state: "ok", found: expect.stringContaining("reclaimPolicy Retain") });
});

test("images and a chart that everybody has need no registry", async () => {
  const choice = {
    chart: "/srv/coder",
    images: { coder: "coder:1", postgres: "postgres:16", workspace: "lab.example.com/ws:1" },
  };
  const images = [
    { names: ["docker.io/library/coder:1", "docker.io/library/postgres:16", "lab.example.com/ws:1"] },
  ];
  const spoil = (api: FakeKubernetes): void =>
    api.put("/api/v1", undefined, "nodes", node("node-1", { images }));
  expect(await ask("artefacts", { spoil, change: { choice } })).toMatchObject({ state: "ok" });
  const lacking = await ask("artefacts", { change: { choice } });
  expect(lacking).toMatchObject({
    state: "unknown",
    found: expect.stringContaining("not on every node: coder:1"),
  });
});

function refuse(api: FakeKubernetes, match: string, status: number, message: string): void {
  api.mishaps.unshift({ match, status, body: { message }, left: Number.POSITIVE_INFINITY });
}

function answer(api: FakeKubernetes, match: string, body: unknown, headers = {}): void {
  api.mishaps.unshift({ match, status: 200, body, headers, left: Number.POSITIVE_INFINITY });
}

function leave(api: FakeKubernetes): void {
  const labels = { "bench-run": "01kb3v9x2m7q8r5t6w4y1z0abc", "bench-expires": "1000" };
  api.put("/api/v1", undefined, "namespaces", { metadata: { name: "bench-5t6w4y1z0abc-coder", labels } });
}
