import { KUBERNETES_SECONDS } from "../../../reference-architectures/durations/kubernetes.ts";
import type { TypeOverlay } from "../values/overlay.ts";

/** Helm's one type. */
export const HELM: Readonly<Record<string, TypeOverlay>> = {
  helm_release: {
    schema: {
      version: 2,
      sensitive: ["repository_password", "set_sensitive.value"],
      writeOnly: ["set_wo", "set_wo.name", "set_wo.type", "set_wo.value"],
    },
    name: "{name}",
    scope: "{cluster}/{namespace}",
    path: 'release "{name}"',
    id: "{name}",
    forceNew: ["name", "namespace"],
    computed: {
      status: "deployed",
      namespace: "default",
      version: "0.1.0",
      timeout: 300,
      wait: true,
      max_history: 0,
      "metadata.name": "{name}",
      "metadata.namespace": "{namespace}",
      "metadata.chart": "{chart|last}",
      "metadata.revision": 1,
      "metadata.version": "{version}",
      "metadata.app_version": "{version}",
    },
    references: [{ at: "namespace", kind: "kubernetes_namespace", scope: "{cluster}", parent: true }],
    changing: ["metadata", "resources"],
    seconds: KUBERNETES_SECONDS.helm_release,
  },
};
