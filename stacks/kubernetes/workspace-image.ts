import { DeploymentV1 } from "@cdktf/provider-kubernetes/lib/deployment-v1/index.js";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchLabels } from "../labels.ts";
import { ROLE_TAINT, roleLabel } from "./node-role.ts";

export interface WorkspaceImageProps {
  readonly environment: Environment;
  /** Namespace of Coder: that of workspaces holds what Coder's builds make, and nothing else. */
  readonly namespace: string;
  /** What workspaces run. */
  readonly image: string;
  /** How many nodes workspaces run on. */
  readonly nodes: number;
}

/** For some hundred megabytes, pulled by all nodes at once through one address. */
const PULL_MINUTES = 20;

/** Labels that select its pods; no label of a run may be in a selector, since those of another run differ. */
const SELECTOR = { "app.kubernetes.io/name": "bench-workspace-image" };

/**
 * Pulls the workspace image onto every node that workspaces run on, and is applied when all have it: otherwise the first
 * workspace of each node would pull it within the measured builds. Its pods sleep, and so keep the image from being
 * collected; they ask for no cores and little memory. A Deployment with one pod a node, since this version of the provider waits for a
 * DaemonSet's pods to be scheduled and not for their image (fixed in its version 3).
 */
export class WorkspaceImage extends Construct {
  constructor(scope: Construct, id: string, { environment, namespace, image, nodes }: WorkspaceImageProps) {
    super(scope, id);
    const labels = benchLabels(environment);
    new DeploymentV1(this, "pull", {
      metadata: { name: "workspace-image", namespace, labels: { ...labels, ...SELECTOR } },
      waitForRollout: true,
      spec: {
        replicas: String(nodes),
        // With one pod a node, a new pod never fits beside an old one.
        strategy: { type: "Recreate" },
        // The provider gives up at this deadline too.
        progressDeadlineSeconds: PULL_MINUTES * 60,
        selector: { matchLabels: SELECTOR },
        template: {
          metadata: { labels: { ...labels, ...SELECTOR } },
          spec: {
            // As the workspaces' own pods.
            nodeSelector: { [roleLabel("workspaces")]: "true" },
            toleration: [{ key: ROLE_TAINT, operator: "Equal", value: "workspaces", effect: "NoSchedule" }],
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  { labelSelector: [{ matchLabels: SELECTOR }], topologyKey: "kubernetes.io/hostname" },
                ],
              },
            },
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            // A shell that sleeps ends by nothing but a kill.
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
