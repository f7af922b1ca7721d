import type { Size } from "../../reference-architectures/architecture.ts";
import { coderEnvironment } from "../coder-environment.ts";
import { PROVIDER_FOLDER, type ProviderMirror } from "../provider-mirror.ts";
import { TLS_SECRET, TLS_SECRET_CA } from "./tls-secret.ts";

export interface CoderValuesProps {
  readonly size: Size;
  /**
   * The source of the template's providers for builds.
   * @default the public registry
   */
  readonly mirror?: ProviderMirror | undefined;
  /**
   * @default the image of the version's tag at the time of the pull
   */
  readonly imageDigest?: string | undefined;
  readonly release: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The secret with the database's address under `url`. */
  readonly databaseSecret: string;
  /** Whether Coder serves TLS, with the certificate in its Secret. */
  readonly tls: boolean;
  /** Annotations that keep the Service's load balancer inside the network. Without them it is public. */
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly { readonly key: string; readonly value: string }[];
}

/**
 * Returns the values of Coder's chart. Every default that does not suit a benchmark is replaced here. The chart
 * ignores unknown values silently.
 */
export function coderValues(props: CoderValuesProps): Record<string, unknown> {
  const { size, labels } = props;
  const resources = { cpu: `${size.coder.cpuMillis}m`, memory: `${size.coder.memoryGib}Gi` };
  return {
    coder: {
      // The chart appends the tag to its repository unchanged, so a tag with a digest works too.
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
      // Workspaces are in the cluster, so their agents use the Service's name, which is known before.
      envUseClusterAccessURL: true,
      ...(props.tls
        ? {
            tls: { secretNames: [TLS_SECRET] },
            certs: { secrets: [{ name: TLS_SECRET, key: TLS_SECRET_CA }] },
          }
        : {}),
      // Requests equal limits, so that a replica has exactly the row's resources.
      resources: { requests: resources, limits: resources },
      // The chart only prefers one replica for each node, but the row promises it.
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
        // With `Cluster`, all nodes relay to Coder's nodes, unevenly and over machines that nobody measures. With
        // `Local`, the clouds' controllers use and open a health check's node port.
        externalTrafficPolicy: "Local",
        annotations: props.serviceAnnotations,
      },
      // Coder builds in the workspaces' namespace only, where this stack adds its role.
      serviceAccount: { workspacePerms: false, labels },
    },
  };
}

/**
 * Returns the values for a container of Coder's own image that fills the folder before Coder starts. The folder
 * exists as long as the pod.
 */
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
        // Like the chart runs Coder itself.
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
