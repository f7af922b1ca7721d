import type { Size } from "../../../../reference-architectures/architecture.ts";
import { postgresImage } from "../../../../reference-architectures/artefacts/postgres-image.ts";
import type { PodRole, RoleRequest } from "../../../../reference-architectures/capacity/own-cluster.ts";
import type { KubernetesContext } from "./context.ts";

/** The images of a size, or the user's own. */
export function imagesOf(
  { coder, provisioners, workspacePod, database }: Size,
  { images = {} }: KubernetesContext["choice"],
): Readonly<Partial<Record<PodRole, string>>> {
  const coderImage = images.coder ?? `ghcr.io/coder/coder:v${coder.version}`;
  return {
    coder: coderImage,
    ...(provisioners === "external" ? { provisioners: coderImage } : {}),
    ...(database.kind === "in-cluster"
      ? { database: images.postgres ?? postgresImage(database.version) }
      : {}),
    workspaces: images.workspace ?? workspacePod.image,
    ...(images.generator === undefined ? {} : { generator: images.generator }),
  };
}

/** Both charts of Coder run their container like this. */
const CODER_SECURITY = {
  ...{ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, allowPrivilegeEscalation: false },
  seccompProfile: { type: "RuntimeDefault" },
} as const;

/** What each role's pod asks of the cluster's policies, as the chart, the stacks and the template write it. */
const SECURITY: Readonly<Record<PodRole, Readonly<Record<string, unknown>>>> = {
  coder: CODER_SECURITY,
  provisioners: CODER_SECURITY,
  database: {
    ...{ runAsNonRoot: true, runAsUser: 999, runAsGroup: 999, allowPrivilegeEscalation: false },
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  },
  workspaces: { runAsUser: 1000 },
  generator: {
    ...{ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, allowPrivilegeEscalation: false },
    ...{ readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    seccompProfile: { type: "RuntimeDefault" },
  },
};

/** A pod of a role, as the API takes it. It is only ever tried, and its image is never pulled. */
export function samplePod(
  { role, cpuMillis, memoryMib }: RoleRequest,
  { labels, image = "registry.k8s.io/pause:3.10" }: { readonly labels: object; readonly image?: string },
): object {
  const amounts = { cpu: `${cpuMillis}m`, memory: `${memoryMib}Mi` };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `refbench-preflight-${role}`, labels },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      containers: [
        {
          name: role,
          image,
          resources: { requests: amounts, limits: amounts },
          securityContext: SECURITY[role],
        },
      ],
    },
  };
}
