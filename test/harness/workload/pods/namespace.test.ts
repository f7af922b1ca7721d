import { expect, test } from "vitest";
import type { CallKubernetes, KubernetesAnswer } from "../../../../harness/kubernetes/api.ts";
import type { JobCluster } from "../../../../harness/workload/pods/cluster.ts";
import { createNamespace, removeNamespace } from "../../../../harness/workload/pods/namespace.ts";
import { requireRights } from "../../../../harness/workload/pods/require-rights.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const signal = new AbortController().signal;
const gone: KubernetesAnswer = { state: "gone", reason: "not found (404)" };
const denied: KubernetesAnswer = { state: "denied", reason: 'cannot delete resource "namespaces" (403)' };
const ok = (body: Record<string, unknown> = {}): KubernetesAnswer => ({ state: "ok", body });

function cluster(answer: (method: string, body: object | undefined) => KubernetesAnswer) {
  const calls: string[] = [];
  const call: CallKubernetes = (method, path, _signal, body) => {
    calls.push(`${method} ${path}`);
    return Promise.resolve(answer(method, body));
  };
  const exec: JobCluster["exec"] = () => Promise.reject(new Error("nothing runs here"));
  return { name: "the test's cluster", call, exec, calls };
}

const create = (answer: KubernetesAnswer): Promise<void> =>
  createNamespace(
    cluster(() => answer),
    { name: "bench-load", labels: { "bench-run": "r" } },
    signal,
  );

test("a namespace has its labels from its first moment, and a repeated try finds its own", async () => {
  let sent: object | undefined;
  const one = cluster((_method, body) => ((sent = body), ok()));
  await createNamespace(one, { name: "bench-load", labels: { "bench-run": "r" } }, signal);
  expect(sent).toMatchObject({ metadata: { name: "bench-load", labels: { "bench-run": "r" } } });
  await create({ state: "in-use", reason: "already exists (409)" });
});

test("a namespace that may not be created is an error with the next step", async () => {
  await expect(create({ state: "denied", reason: "quota of namespaces (403)" })).rejects.toMatchObject({
    code: "infrastructure",
    message:
      "cannot create namespace bench-load in the test's cluster: quota of namespaces (403); name an existing one with --load-namespace",
  });
});

const remove = (one: JobCluster): Promise<string | undefined> =>
  removeNamespace(one, "bench-load", { clock: fakeClock(), signal });

test("a namespace is removed once nothing of it is read any more", async () => {
  let reads = 3;
  const one = cluster((method) => (method === "DELETE" || (reads -= 1) > 0 ? ok() : gone));
  expect(await remove(one)).toBeUndefined();
  expect(one.calls.filter((line) => line.startsWith("GET"))).toHaveLength(3);
  expect(await remove(cluster(() => gone))).toBeUndefined();
});

test.each([
  ["that may not be deleted", () => denied, 'cannot delete resource "namespaces" (403)'],
  ["that does not end", () => ok(), "it is still being deleted"],
  [
    "of which nothing is known afterwards",
    (method: string) => (method === "DELETE" ? ok() : ({ state: "failed", reason: "timed out" } as const)),
    "timed out",
  ],
] as const)("a namespace %s is reported as remaining", async (_name, answer, words) => {
  expect(await remove(cluster(answer))).toBe(`namespace bench-load of the test's cluster: ${words}`);
});

test("a cluster that is cut off in the removal leaves a namespace that is reported", async () => {
  const one = cluster(() => {
    throw new Error("aborted");
  });
  expect(await remove(one)).toBe("namespace bench-load of the test's cluster, which did not answer");
});

interface Review {
  readonly spec: { readonly resourceAttributes: Readonly<Record<string, string>> };
}

const asking = (isAllowed: (attributes: Readonly<Record<string, string>>) => boolean) =>
  cluster((_method, body) =>
    ok({ status: { allowed: isAllowed((body as Review).spec.resourceAttributes) } }),
  );

test("missing rights are named by verb and kind, before anything is created", async () => {
  const few = asking(
    ({ resource, subresource, verb }) => subresource !== "exec" && `${resource} ${verb}` !== "jobs patch",
  );
  await expect(requireRights(few, { namespace: "team", isMade: false }, signal)).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringContaining(
      "not granted are patch jobs.batch, create pods/exec, get pods/exec; ask for a role with these verbs there",
    ) as string,
  });
  expect(new Set(few.calls)).toEqual(
    new Set(["POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"]),
  );
});

test("rights on namespaces are needed only where one is made, and questions without an answer refuse nothing", async () => {
  const tenant = asking(({ resource, namespace }) => resource !== "namespaces" && namespace === "team");
  await requireRights(tenant, { namespace: "team", isMade: false }, signal);
  await expect(requireRights(tenant, { namespace: "team", isMade: true }, signal)).rejects.toThrow(
    "not granted are create namespaces, get namespaces, delete namespaces; ask for a role with these verbs there, or name an existing namespace with --load-namespace",
  );
  const silent = cluster(() => denied);
  await requireRights(silent, { namespace: "team", isMade: true }, signal);
});
