import type { Size } from "../../reference-architectures/architecture.ts";
import { providerEnvironment } from "../provider-mirror.ts";
import { coderPod, type CoderPodProps, trustValues } from "./coder-values.ts";
import { KEY_ENTRY, KEY_SECRET } from "./provisioner-release.ts";

export interface ProvisionerValuesProps extends CoderPodProps {
  readonly size: Size;
  /** Coder's URL inside the cluster. */
  readonly url: string;
  /** Whether Coder serves TLS, with the certificate in its Secret. */
  readonly tls: boolean;
}

/**
 * Returns the values of Coder's chart for external provisioners. Their tags are those of their key: the chart refuses
 * tags beside a key.
 */
export function provisionerValues(props: ProvisionerValuesProps): Record<string, unknown> {
  const { size, url, tls, labels } = props;
  const { count, cpuMillis, memoryMib } = size.externalProvisioners;
  const resources = { cpu: `${cpuMillis}m`, memory: `${memoryMib}Mi` };
  const env = { CODER_URL: url, CODER_PROMETHEUS_ENABLE: "true", ...providerEnvironment(size) };
  return {
    coder: {
      ...coderPod(props),
      replicaCount: count,
      env: Object.entries(env).map(([name, value]) => ({ name, value })),
      ...(tls ? trustValues() : {}),
      // Requests equal limits, so that a provisioner has exactly the row's resources.
      resources: { requests: resources, limits: resources },
      // They build in the workspaces' namespace only, where this stack adds their role.
      serviceAccount: { workspacePerms: false, labels },
    },
    provisionerDaemon: {
      keySecretName: KEY_SECRET,
      keySecretKey: KEY_ENTRY,
      // The chart's 600 seconds are for builds that still run. A teardown deletes the workspaces before.
      terminationGracePeriodSeconds: 60,
    },
  };
}
