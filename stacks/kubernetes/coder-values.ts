import type { Size } from "../../reference-architectures/architecture.ts";
import { pinnedImage } from "../../reference-architectures/artefacts/workspace-image.ts";
import { coderEnvironment } from "../coder-environment.ts";
import { PROVIDER_FOLDER, type ProviderMirror } from "../provider-mirror.ts";
import type { NodePlacement } from "./node-role.ts";
import { TLS_SECRET, TLS_SECRET_CA } from "./tls-secret.ts";

/** What pods of coderd and of external provisioners have in common. */
export interface CoderPodProps {
  /**
   * The source of the template's providers for the builds of this pod.
   * @default the public registry, or the pod builds nothing
   */
  readonly mirror?: ProviderMirror | undefined;
  /** Coder's image, by tag, digest or both. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly placement: NodePlacement;
}

export interface CoderValuesProps extends CoderPodProps {
  readonly size: Size;
  readonly release: string;
  /** The secret with the database's address under `url`. */
  readonly databaseSecret: string;
  /** Whether Coder serves TLS, with the certificate in its Secret. */
  readonly tls: boolean;
  /**
   * Annotations that keep the Service's load balancer inside the network. Without them it is public.
   * @default the Service has no load balancer, because Coder is called from inside the cluster only
   */
  readonly balancerAnnotations?: Readonly<Record<string, string>> | undefined;
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
      ...coderPod(props),
      replicaCount: size.coder.replicas,
      env: [
        ...Object.entries(coderEnvironment(size)).map(([name, value]) => ({ name, value })),
        {
          name: "CODER_PG_CONNECTION_URL",
          valueFrom: { secretKeyRef: { name: props.databaseSecret, key: "url" } },
        },
      ],
      // Workspaces are in the cluster, so their agents use the Service's name, which is known before.
      envUseClusterAccessURL: true,
      ...(props.tls
        ? {
            tls: { secretNames: [TLS_SECRET] },
            ...trustValues(),
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
      service: serviceValues(props.balancerAnnotations),
      // Coder builds in the workspaces' namespace only, where this stack adds its role.
      serviceAccount: { workspacePerms: false, labels },
    },
  };
}

/** Returns the values of both charts that place and label a pod, and fill its folder of providers. */
export function coderPod({ image, mirror, labels, placement }: CoderPodProps): Record<string, unknown> {
  return {
    image: { ...imageValues(image), pullPolicy: "IfNotPresent" },
    ...(mirror === undefined ? {} : mirrorValues(mirror, image)),
    nodeSelector: placement.nodeSelector,
    tolerations: placement.tolerations.map((toleration) => ({
      ...toleration,
      operator: "Equal",
      effect: "NoSchedule",
    })),
    labels,
    podLabels: labels,
  };
}

/** Returns the values by which a pod trusts Coder's certificate. */
export function trustValues(): Record<string, unknown> {
  return { certs: { secrets: [{ name: TLS_SECRET, key: TLS_SECRET_CA }] } };
}

function serviceValues(
  annotations: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, unknown>> {
  const common = { sessionAffinity: "None" };
  if (annotations === undefined) return { ...common, type: "ClusterIP" };
  return {
    ...common,
    type: "LoadBalancer",
    // With `Cluster`, all nodes relay to Coder's nodes, unevenly and over machines that nobody measures. With `Local`,
    // the clouds' controllers use and open a health check's node port.
    externalTrafficPolicy: "Local",
    annotations,
  };
}

/**
 * Returns the values for a container of Coder's own image that fills the folder before Coder starts. The folder
 * exists as long as the pod.
 */
function mirrorValues({ script, providers }: ProviderMirror, image: string): Record<string, unknown> {
  const volumeMounts = [{ name: PROVIDER_VOLUME, mountPath: PROVIDER_FOLDER }];
  return {
    initContainers: [
      {
        name: "provider-mirror",
        image,
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

/** Returns Coder's public image of a version, by its digest if that is known. */
export function coderImage(version: string, digest: string | undefined): string {
  return pinnedImage(`ghcr.io/coder/coder:v${version}`, digest);
}

/** The chart joins both by a colon unchanged, so a tag with a digest works too, and a digest without a tag. */
function imageValues(image: string): { readonly repo: string; readonly tag: string } {
  const tagged = /^([^@]+):([^/:@]+(?:@sha256:[0-9a-f]+)?)$/.exec(image);
  const [, repo, tag] = tagged ?? /^(.+@sha256):([0-9a-f]+)$/.exec(image) ?? [];
  if (repo !== undefined && tag !== undefined) return { repo, tag };
  throw new Error(`image ${image} has neither a tag nor a digest`);
}
