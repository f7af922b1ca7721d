import type { TwinItem } from "../../inventory/item.ts";
import { endProcess } from "../../../harness/tools/process/local-process.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { findItemRun } from "../cloud/item-run.ts";
import { templateHash, lastSegment } from "../values/template.ts";
import type { Values } from "../values/value.ts";
import { whyNeverReady } from "./coder-readiness.ts";
import { readCoderValues, type CoderValues } from "../programs/coder-values.ts";
import type { Settled, Accepted } from "./settled.ts";
import { controllerItem } from "./controller-item.ts";
import { startCoder } from "../programs/emulator.ts";
import { helmValues } from "../programs/helm-values.ts";
import { loadBalancerItems } from "./load-balancer.ts";
import { settleProvisioners } from "./provisioners.ts";
import { failed, timedOut } from "./helm-failure.ts";
import { serviceStatus } from "./service.ts";

/** Name that Coder's chart gives its Deployment and Service, whatever the release is called. */
const CODER = "coder";
/** Coder's chart for external provisioners. */
const PROVISIONERS = "coder-provisioner";

/** The port of the chart's Service. */
const HTTP_PORT = 80;

/** Installs or upgrades a release: Coder's is really started, of others only the release exists. */
export async function settleRelease(cloud: Cloud, accepted: Accepted): Promise<Settled> {
  const { asked, item, state } = accepted;
  const { cluster } = asked;
  const values = helmValues(state, asked.config);
  const chart = lastSegment(String(state["chart"]));
  if (chart === PROVISIONERS) return settleProvisioners(cloud, accepted, values);
  if (cluster === undefined || chart !== CODER) return { state, item: {} };
  // An upgrade replaces the pods: connections to them end.
  if (item.process !== undefined) await endProcess(item.process, { graceMs: 2_000 });
  const coder = readCoderValues(values);
  const runId = findItemRun(item) ?? findItemRun(cluster);
  const inCluster = {
    owner: item.key,
    parent: item.parent ?? cluster.key,
    ...(runId !== undefined && { runId }),
  };
  const named = (kind: string, name: string): { kind: string; name: string; scope: string } => ({
    kind,
    name,
    scope: item.scope,
  });
  await cloud.store.putMany([
    controllerItem(named("kubernetes_deployment", CODER), inCluster),
    controllerItem(named("kubernetes_service_account", coder.serviceAccount.name), inCluster),
    ...podNames(item, coder).map((name) => controllerItem(named("kubernetes_pod", name), inCluster)),
  ]);
  const why = await whyNeverReady(cloud.store, { coder, cluster, scope: item.scope });
  if (why !== undefined) return { state: failed(state), item: {}, never: timedOut(state, why) };
  const { address, port, identity } = await startCoder(cloud, {
    coder,
    item,
    cluster,
    version: String(state["version"]),
  });
  if (coder.service.enable) {
    const { annotations, type, externalTrafficPolicy } = coder.service;
    const isLocal = externalTrafficPolicy === "Local";
    const service = controllerItem(named("kubernetes_service", CODER), {
      ...inCluster,
      attributes: serviceAttributes({
        namespace: String(state["namespace"]),
        annotations,
        type,
        address,
        port,
        tls: coder.tls.secretNames.length > 0,
        cluster,
      }),
    });
    await cloud.store.putMany([
      service,
      ...(type === "LoadBalancer"
        ? loadBalancerItems({ service, cluster, annotations, address, isLocal, runId })
        : []),
    ]);
  }
  return { state, item: { process: identity } };
}

function podNames({ key }: TwinItem, { replicaCount }: CoderValues): string[] {
  const set = templateHash(key).toString("hex").slice(0, 10);
  return Array.from(
    { length: replicaCount },
    (_, index) => `${CODER}-${set}-${String(index).padStart(5, "0")}`,
  );
}

function serviceAttributes(of: {
  namespace: string;
  annotations: Readonly<Record<string, string>>;
  type: string;
  address: string;
  port: number;
  tls: boolean;
  cluster: TwinItem;
}): Values {
  const { namespace, annotations, type, address, port, tls, cluster } = of;
  const named = (name: string, number: number): Values => ({
    name,
    port: number,
    protocol: "TCP",
    target_port: name,
    node_port: 0,
    app_protocol: "",
  });
  return {
    metadata: [
      { name: CODER, namespace, annotations, labels: {}, generation: 1, resource_version: "1", uid: "" },
    ],
    spec: [
      {
        type,
        cluster_ip: address,
        // The twin's Coder answers on one of them.
        port: tls ? [named("http", HTTP_PORT), named("https", port)] : [named("http", port)],
        selector: { "app.kubernetes.io/name": CODER },
        session_affinity: "None",
      },
    ],
    status: type === "LoadBalancer" ? serviceStatus(address, cluster) : [{ load_balancer: [] }],
  };
}
