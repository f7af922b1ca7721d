import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1/index.js";
import { ServiceV1 } from "@cdktf/provider-kubernetes/lib/service-v1/index.js";
import {
  StatefulSetV1,
  type StatefulSetV1SpecTemplateSpecContainer,
} from "@cdktf/provider-kubernetes/lib/stateful-set-v1/index.js";
import type { ITerraformDependable, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import type { Size } from "../../reference-architectures/architecture.ts";
import { postgresImage } from "../../reference-architectures/artefacts/postgres-image.ts";
import { databaseShare } from "../../reference-architectures/capacity/own-cluster.ts";
import { DATABASE_NAME, DATABASE_USER } from "../database-names.ts";
import type { Environment } from "../environment.ts";
import { benchLabels } from "../labels.ts";
import type { CoderDatabase } from "../kubernetes/database-secret.ts";

export interface PostgresProps {
  readonly environment: Environment;
  readonly namespace: string;
  readonly size: Size;
  /** An ephemeral variable. */
  readonly password: TerraformVariable;
}

/** The name of the StatefulSet, its Service and its Secret. */
const NAME = "postgres";
const PORT = 5_432;
/** The user of Docker's official image. */
const UID = 999;
const DATA = "/var/lib/postgresql/data";
/** The label by which the Service and the StatefulSet select the pod. */
const SELECTOR = { "app.kubernetes.io/name": "bench-postgres" };
/** For the image, the disk and the first start. */
const START_MINUTES = 15;

/** Coder's Postgres as one pod with one disk. Requests equal limits, so that it has exactly the row's resources. */
export class Postgres extends Construct implements CoderDatabase {
  readonly address: string;
  /** Inside the namespace only the cluster's own network is between it and Coder. */
  readonly sslmode = "disable";
  /** Exists when the database accepts connections. */
  readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    const { environment, namespace, size, password } = props;
    const labels = { ...benchLabels(environment), ...SELECTOR };
    const metadata = { name: NAME, namespace, labels };
    const secret = new SecretV1(this, "password", { metadata, dataWoRevision: 1 });
    secret.addOverride("data_wo", { password: `\${var.${password.friendlyUniqueId}}` });
    const service = new ServiceV1(this, "service", {
      metadata,
      spec: { selector: SELECTOR, port: [{ name: "postgres", port: PORT }] },
    });
    this.address = `${NAME}.${namespace}.svc.cluster.local`;
    const { storageClass, nodeSelector, images } = environment.ownCluster ?? {};
    this.ready = new StatefulSetV1(this, "server", {
      metadata,
      waitForRollout: true,
      spec: {
        replicas: "1",
        serviceName: NAME,
        selector: { matchLabels: SELECTOR },
        persistentVolumeClaimRetentionPolicy: [{ whenDeleted: "Delete", whenScaled: "Delete" }],
        template: {
          metadata: { labels },
          spec: {
            ...(nodeSelector === undefined ? {} : { nodeSelector }),
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: {
              runAsUser: String(UID),
              runAsGroup: String(UID),
              fsGroup: String(UID),
              runAsNonRoot: true,
              seccompProfile: { type: "RuntimeDefault" },
            },
            container: [container(size, images?.postgres ?? postgresImage(size.database.version))],
            // Docker's 64 MiB are too little for the shared memory of parallel queries.
            volume: [{ name: "shared-memory", emptyDir: { medium: "Memory" } }],
          },
        },
        volumeClaimTemplate: [
          {
            metadata: { name: "data", labels },
            spec: {
              accessModes: ["ReadWriteOnce"],
              ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
              resources: { requests: { storage: `${size.database.diskGib}Gi` } },
            },
          },
        ],
      },
      timeouts: { create: `${START_MINUTES}m`, update: `${START_MINUTES}m`, delete: "10m" },
      dependsOn: [secret, service],
    });
  }
}

function container(size: Size, image: string): StatefulSetV1SpecTemplateSpecContainer {
  const { cpuMillis, memoryMib } = databaseShare(size);
  const resources = { cpu: `${cpuMillis}m`, memory: `${memoryMib}Mi` };
  const env = { POSTGRES_USER: DATABASE_USER, POSTGRES_DB: DATABASE_NAME, PGDATA: `${DATA}/pgdata` };
  return {
    name: NAME,
    image,
    imagePullPolicy: "IfNotPresent",
    args: settings({
      max_connections: String(size.database.maxConnections),
      // For the statements that a load makes it run; refbench adds the extension that shows them.
      shared_preload_libraries: "pg_stat_statements",
      // A quarter of the memory, as Postgres' manual recommends for a server of its own.
      shared_buffers: `${Math.floor(memoryMib / 4)}MB`,
    }),
    env: [
      ...Object.entries(env).map(([name, value]) => ({ name, value })),
      { name: "POSTGRES_PASSWORD", valueFrom: { secretKeyRef: { name: NAME, key: "password" } } },
    ],
    port: [{ name: "postgres", containerPort: PORT }],
    resources: { requests: resources, limits: resources },
    // By address: the server that the image starts for its first set-up listens on a socket only.
    readinessProbe: {
      exec: { command: ["pg_isready", "--host=127.0.0.1", `--username=${DATABASE_USER}`] },
      periodSeconds: 2,
      timeoutSeconds: 5,
    },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    volumeMount: [
      { name: "data", mountPath: DATA },
      { name: "shared-memory", mountPath: "/dev/shm" },
    ],
  };
}

/** Returns settings as the server's arguments. */
function settings(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
