import type { Architecture } from "../../reference-architectures/architecture.ts";
import { architectures, getArchitecture } from "../../reference-architectures/catalogue.ts";
import type { Environment } from "../../stacks/environment.ts";

/** One thing that can be asked of the stacks. */
export interface ValidationCase {
  /** In words, such as `gke 1200 on cloud-sql, every option`. */
  readonly name: string;
  readonly environment: Environment;
}

/** Values without a meaning to a provider. */
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

/** The two extremes of an environment's optional fields: a manual one without any, and a run with all. */
const OPTIONS = {
  "no option": { managed: "manual", expiresAt: null },
  "every option": {
    managed: "cdktf",
    expiresAt: 1_795_999_999,
    clusterAccess: { admins: ["arn:aws:iam::123456789012:role/human"], cidrs: ["198.51.100.0/24"] },
    tls: { serverName: "coder.internal", certificatePem: CERTIFICATE, caPem: CERTIFICATE },
    runner: { publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJlbmNobWFya2tleWJlbmNobWFya2tleWJlbmNobWE" },
  },
} as const satisfies Record<string, Partial<Environment>>;

/** Clusters that runs make can have machines for pods that generate load, instead of a load runner. */
function optionsOf({ carriedBy }: Architecture): Readonly<Record<string, Partial<Environment>>> {
  if (carriedBy !== "gke" && carriedBy !== "eks") return OPTIONS;
  return { ...OPTIONS, generators: { managed: "cdktf", expiresAt: 1_795_999_999, generators: { nodes: 2 } } };
}

/** Every size of the named architectures, each on every database that it can have, with and without its options. */
export function casesOf(names: readonly string[]): readonly ValidationCase[] {
  const chosen = names.length === 0 ? [...architectures.values()] : names.map(getArchitecture);
  return chosen.flatMap((architecture) => {
    const { name, cloud, region, zone, sizes, databases } = architecture;
    return Object.entries(sizes).flatMap(([size, { coder }]) =>
      databases.flatMap((kind) =>
        Object.entries(optionsOf(architecture)).map(([words, options]) => ({
          name: `${name} ${size} on ${kind}, ${words}`,
          environment: {
            schemaVersion: 1 as const,
            architecture: name,
            size,
            overrides: { "database.kind": kind },
            runId: "01kb3v9x2m7q8r5t6w4y1z0abc",
            owner: "validation",
            project: { google: "some-project", aws: "123456789012", kubernetes: "some-context" }[cloud],
            region,
            zone,
            coderVersion: coder.version,
            managed: "cdktf" as const,
            expiresAt: null,
            ...options,
            ...ownClusterOf(cloud, words),
          },
        })),
      ),
    );
  });
}

/** A cluster of the user's own, without and with every choice in it. */
function ownClusterOf(cloud: Architecture["cloud"], words: string): Pick<Environment, "ownCluster"> {
  if (cloud !== "kubernetes") return {};
  const plain = { kubeconfig: "/nowhere/kubeconfig", context: "some-context", workspaceNodes: 3 };
  if (words === "no option") return { ownCluster: plain };
  return {
    ownCluster: {
      ...plain,
      storageClass: "fast",
      nodeSelector: { "kubernetes.io/arch": "amd64" },
      images: {
        coder: "registry.internal/coder:v2.31.0",
        postgres: "registry.internal/postgres:16",
        workspace: "registry.internal/workspace:1",
        generator: "registry.internal/refbench:1",
      },
    },
  };
}
