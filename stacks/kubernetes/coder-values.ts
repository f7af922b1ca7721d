import type { Size } from "../../reference-architectures/architecture.ts";
import { coderEnvironment } from "../coder-environment.ts";
import { PROVIDER_FOLDER, type ProviderMirror } from "../provider-mirror.ts";
import { TLS_SECRET, TLS_SECRET_CA } from "./tls-secret.ts";

export interface CoderValuesProps {
  readonly size: Size;
  /** Whence builds take the template's providers. @default the public registry */
  readonly mirror?: ProviderMirror | undefined;
  /** @default the image that the version's tag means when a node pulls it */
  readonly imageDigest?: string | undefined;
  readonly release: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Secret with the database's address under `url`. */
  readonly databaseSecret: string;
  /** Whether Coder serves TLS, by the certificate in its Secret. */
  readonly tls: boolean;
  /** Annotations that keep the Service's balancer inside the network: without them the chart's is public. */
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly { readonly key: string; readonly value: string }[];
}

/** Values of Coder's chart. Every default that a benchmark cannot live with is named here, since the chart takes unknown values in silence. */
export function coderValues(props: CoderValuesProps): Record<string, unknown> {
  const { size, labels } = props;
  const resources = { cpu: `${size.coder.cpuMillis}m`, memory: `${size.coder.memoryGib}Gi` };
  return {
    coder: {
      // The chart writes the tag behind its repository as it is: a reference by tag and digest is one too.
      image: { tag: imageTag(size.coder.version, props.imageDigest), pullPolicy: "IfNotPresent" },
      replicaCount: size.coder.replicas,
      env: [
        ...Object.entries(coderEnvironment(size)).map(([name, value]) => ({ name, value })),
        {
          name: "CODER_PG_CONNECTION_URL",
          valueFrom: { secretKeyRef: { name: props.databaseSecret, key: "url" } },
        },
      ],
      ...(props.mirror === undefined ? {} : mirrorValues(size, props.mirror, props.imageDigest)),
      // Workspaces are in the cluster: their agents go to the Service's own name, which exists beforehand.
      envUseClusterAccessURL: true,
      ...(props.tls
        ? {
            tls: { secretNames: [TLS_SECRET] },
            certs: { secrets: [{ name: TLS_SECRET, key: TLS_SECRET_CA }] },
          }
        : {}),
      // Requests are limits, so that a replica gets what the row says, no more and no less.
      resources: { requests: resources, limits: resources },
      // The chart only prefers one replica a node; the row promises it.
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              labelSelector: { matchLabels: { "app.kubernetes.io/instance": props.release } },
              topologyKey: "kubernetes.io/hostname",
            },
          ],
        },
      },
      nodeSelector: props.nodeSelector,
      tolerations: props.tolerations.map((toleration) => ({
        ...toleration,
        operator: "Equal",
        effect: "NoSchedule",
      })),
      labels,
      podLabels: labels,
      service: {
        type: "LoadBalancer",
        sessionAffinity: "None",
        // With `Cluster` all nodes relay to Coder's, over machines that nobody measures and unevenly. The clouds' controllers
        // ask a health check's node port then, and open it themselves.
        externalTrafficPolicy: "Local",
        annotations: props.serviceAnnotations,
      },
      // Coder builds in the workspaces' namespace only, where its role is made by hand.
      serviceAccount: { workspacePerms: false, labels },
    },
  };
}

/** A container of Coder's own image fills the folder before Coder starts; it lives as long as the pod. */
function mirrorValues(
  size: Size,
  { script, providers }: ProviderMirror,
  digest: string | undefined,
): Record<string, unknown> {
  const volumeMounts = [{ name: PROVIDER_VOLUME, mountPath: PROVIDER_FOLDER }];
  return {
    initContainers: [
      {
        name: "provider-mirror",
        image: `ghcr.io/coder/coder:${imageTag(size.coder.version, digest)}`,
        imagePullPolicy: "IfNotPresent",
        command: ["sh", "-c", script, "provider-mirror", PROVIDER_FOLDER, ...providers],
        // As the chart runs Coder itself.
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          runAsGroup: 1000,
          allowPrivilegeEscalation: false,
          seccompProfile: { type: "RuntimeDefault" },
        },
        volumeMounts,
      },
    ],
    volumes: [{ name: PROVIDER_VOLUME, emptyDir: {} }],
    volumeMounts,
  };
}

const PROVIDER_VOLUME = "providers";

function imageTag(version: string, digest: string | undefined): string {
  return digest === undefined ? `v${version}` : `v${version}@${digest}`;
}
