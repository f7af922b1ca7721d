import { onTestFinished } from "vitest";
import { rm } from "node:fs/promises";
import { exchange, splitUrl } from "../../harness/tools/exchange.ts";
import { newFolder, Refbench } from "./command/refbench-process.ts";
import { EMULATOR_IMAGE, eventually, inventedRun, NODE_IMAGE, type RealCluster } from "./real-cluster.ts";

/** Where a load goes, and as whom. */
export interface RealCoder {
  readonly url: string;
  readonly token: string;
}

/** Starts an emulated Coder in the cluster: its address there, and the token of its site admin. */
export async function startEmulator(cluster: RealCluster): Promise<RealCoder> {
  const namespace = inventedRun().prefix.replace("bench", "emulator");
  await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const container = { name: "emulator", image: EMULATOR_IMAGE, imagePullPolicy: "Never" };
  const pod = await cluster.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "emulator", namespace },
    spec: { containers: [container], terminationGracePeriodSeconds: 0 },
  });
  const { headers, dispatcher } = await cluster.access.login();
  return eventually("the emulator answers", async () => {
    const log = `${cluster.access.server}${pod}/log`;
    const answer = await exchange({
      method: "GET",
      ...splitUrl(log),
      headers,
      dispatcher,
      timeoutMs: 10_000,
    });
    const line = answer.bytes.toString();
    return line.startsWith(`{"simulated"`) ? (JSON.parse(line) as RealCoder) : undefined;
  });
}

/** Starts a load by the pods of a Job in the cluster. */
export async function startScaletest(
  cluster: Pick<RealCluster, "kubeconfig" | "context">,
  coder: RealCoder,
  ...flags: readonly string[]
): Promise<Refbench> {
  const folder = await newFolder();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { kubeconfig, context } = cluster;
  const words = ["scaletest", "create-workspaces", "--url", coder.url, "--template", "kubernetes"];
  const job = ["--runner", "job", "--kubeconfig", kubeconfig, "--context", context];
  const turns = ["--ssh-share", "0", "--concurrency", "0", "--cleanup-concurrency", "0"];
  const rest = ["--image", `generator=${NODE_IMAGE}`, "--output", "json", ...flags];
  const run = new Refbench(folder, [...words, ...job, ...turns, ...rest], {
    ...process.env,
    CODER_SESSION_TOKEN: coder.token,
  });
  onTestFinished(() => run.kill("SIGKILL"));
  return run;
}

/** Names of the namespaces of loads that exist, without those that existed before. */
export async function loadNamespaces(
  cluster: RealCluster,
  before: readonly string[] = [],
): Promise<readonly string[]> {
  const { items } = (await cluster.read("/api/v1/namespaces?labelSelector=bench-run")) as {
    items: { metadata: { name: string } }[];
  };
  return items
    .map(({ metadata }) => metadata.name)
    .filter((name) => /^bench-\w{12}-load$/.test(name) && !before.includes(name));
}

/** The objects of a kind in a namespace. */
export async function objectsIn(
  cluster: RealCluster,
  namespace: string,
  kind: "pods" | "jobs" | "configmaps",
) {
  const api = kind === "jobs" ? "/apis/batch/v1" : "/api/v1";
  const { items } = (await cluster.read(`${api}/namespaces/${namespace}/${kind}`)) as {
    items: {
      metadata: { name: string; labels?: Record<string, string> };
      status?: { phase?: string };
    }[];
  };
  return items.filter(({ metadata }) => metadata.name !== "kube-root-ca.crt");
}
