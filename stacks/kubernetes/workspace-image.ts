import { DeploymentV1 } from "@cdktf/provider-kubernetes/lib/deployment-v1/index.js";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchLabels } from "../labels.ts";
import type { NodePlacement } from "./node-role.ts";

export interface WorkspaceImageProps {
  readonly environment: Environment;
  /** Coder's namespace: the workspaces' namespace contains only what Coder's builds create. */
  readonly namespace: string;
  /** The image of workspaces. */
  readonly image: string;
  /** The number of nodes on which workspaces run. */
  readonly nodes: number;
  readonly placement: NodePlacement;
}

/** Enough for some hundred megabytes, pulled by all nodes at once through one address. */
const PULL_MINUTES = 20;

/** The labels that select its pods. Labels of a run cannot be in a selector, because they differ between runs. */
const SELECTOR = { "app.kubernetes.io/name": "bench-workspace-image" };

/**
 * Pulls the workspace image onto every node of workspaces, and is applied when all nodes have it. Otherwise the first
 * workspace of each node would pull it within the measured builds. Its pods sleep, which keeps the image from being
 * collected; they request no cores and little memory. It is a Deployment with one pod on each node, because this
 * version of the provider waits until a DaemonSet's pods are scheduled, and not for their image (fixed in version 3).
 */
export class WorkspaceImage extends Construct {
  constructor(scope: Construct, id: string, props: WorkspaceImageProps) {
    super(scope, id);
    const { environment, namespace, image, nodes, placement } = props;
    const labels = benchLabels(environment);
    new DeploymentV1(this, "pull", {
      metadata: { name: "workspace-image", namespace, labels: { ...labels, ...SELECTOR } },
      waitForRollout: true,
      spec: {
        replicas: String(nodes),
        // With one pod on each node, a new pod never fits beside an old one.
        strategy: { type: "Recreate" },
        // The provider gives up at this deadline too.
        progressDeadlineSeconds: PULL_MINUTES * 60,
        selector: { matchLabels: SELECTOR },
        template: {
          metadata: { labels: { ...labels, ...SELECTOR } },
          spec: {
            // Like the workspaces' own pods.
            nodeSelector: placement.nodeSelector,
            toleration: placement.tolerations.map((each) => ({
              ...each,
              operator: "Equal",
              effect: "NoSchedule",
            })),
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  { labelSelector: [{ matchLabels: SELECTOR }], topologyKey: "kubernetes.io/hostname" },
                ],
              },
            },
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            // A sleeping shell only ends by a kill.
            terminationGracePeriodSeconds: 0,
            securityContext: { runAsUser: "1000", runAsNonRoot: true },
            container: [
              {
                name: "image",
                image,
                imagePullPolicy: "IfNotPresent",
                command: ["sh", "-c", "while true; do sleep 3600; done"],
                resources: {
                  requests: { memory: "8Mi" },
                  limits: { memory: "32Mi" },
                },
                securityContext: { allowPrivilegeEscalation: false },
              },
            ],
          },
        },
      },
      timeouts: { create: `${PULL_MINUTES}m`, update: `${PULL_MINUTES}m` },
    });
  }
}
