import { z } from "zod";
import type { Size } from "../reference-architectures/architecture.ts";

/** The version of `environment.json`, the only input of synthesis. */
export const ENVIRONMENT_SCHEMA_VERSION = 1;

/** Which of two compared versions is installed. */
export type Release = "baseline" | "candidate";

/** The digest of an image, which does not change when its tags do. */
export const IMAGE_DIGEST = /^sha256:[0-9a-f]{64}$/;

const PEM_CERTIFICATE = "-----BEGIN CERTIFICATE-----";

/** A bucket for Terraform's state. */
export const STATE_BUCKET =
  /^(gs:\/\/[a-z0-9][a-z0-9._-]+[a-z0-9](\/[\w./-]*)?|s3:\/\/[a-z0-9][a-z0-9.-]+[a-z0-9](\/[\w./-]*)?(\?region=[a-z0-9-]+)?)$/;

/** A name in a kubeconfig or in a cluster. */
const name = z.string().min(1);

/** A cluster of the user's own, and what the user chose in it. Contains no credential. */
const ownCluster = z.strictObject({
  /** Absolute path of the kubeconfig. */
  kubeconfig: name,
  /** The context of the kubeconfig; never its current one unless it was named. */
  context: name,
  /** The storage class of Postgres' disk and of the homes; absent = the cluster's default. */
  storageClass: name.optional(),
  /** Labels of the nodes on which everything runs; absent = every node. */
  nodeSelector: z.record(z.string(), z.string()).optional(),
  /** Coder's chart: an absolute path of a folder or archive, or a URL; absent = Coder's repository. */
  chart: name.optional(),
  /** Coder's chart for external provisioners, in the same way. */
  provisionerChart: name.optional(),
  /** Images of the user's own registry, by role; absent = the public ones. */
  images: z
    .strictObject({ coder: name, postgres: name, workspace: name, generator: name })
    .partial()
    .optional(),
  /** The number of nodes that can run workspaces: each pulls the workspace image before the first build. */
  workspaceNodes: z.int().positive(),
  /** The Secret with the URL of a Postgres of the user's own; absent = Postgres runs in the cluster. */
  databaseUrlSecret: z.strictObject({ namespace: name, name, key: name }).optional(),
});
export type OwnCluster = z.infer<typeof ownCluster>;

/** The name of the twin's only cluster that no stack makes. */
export const TWIN_CONTEXT = "refbench-twin";

/** Returns the user's own cluster of a rehearsal. The twin reads no kubeconfig, so the file is empty. */
export function twinOwnCluster({ machines }: Size): OwnCluster {
  return {
    kubeconfig: "/dev/null",
    context: TWIN_CONTEXT,
    workspaceNodes: Math.max(1, machines.workspaces.nodes),
  };
}

/**
 * One deployment of one size, for one run or manual. Imports no cdktf: the harness writes this file and the stacks
 * read it. The code uses nothing random and no current time, so that a second plan is empty.
 */
export const environmentSchema = z
  .object({
    schemaVersion: z.literal(ENVIRONMENT_SCHEMA_VERSION),
    /** The name of a folder in `reference-architectures/`. */
    architecture: z.string(),
    size: z.string(),
    /** The values of `--set path=value`, by path into the size. */
    overrides: z.record(z.string(), z.unknown()),
    /** A ULID in lower case. A manual environment has one too. */
    runId: z.string().regex(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/),
    /** The value of the label `bench-owner`. */
    owner: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/),
    /** `cdktf` for runs of the harness, `manual` for manual environments, which a sweep lists and never removes. */
    managed: z.enum(["cdktf", "manual"]),
    /** The value of `bench-expires` in unix seconds; null = no hard expiry (manual without `REFBENCH_TTL`). */
    expiresAt: z.number().int().positive().nullable(),
    /** The Google project or AWS account. The twin's name is impossible. */
    project: z.string(),
    region: z.string(),
    zone: z.string(),
    coderVersion: z.string(),
    /** For a comparison of two versions: which of them `coderVersion` is. Each has its own database. */
    comparison: z
      .strictObject({
        release: z.enum(["baseline", "candidate"]),
        /** The number of the installation, from 0. Each load of a comparison has a new one. */
        installation: z.number().int().nonnegative(),
      })
      .optional(),
    /** The digest of that version's image, by which a cluster runs it; absent = it runs by its tag. */
    coderImageDigest: z.string().regex(IMAGE_DIGEST, "expected sha256:<64 hexadecimal digits>").optional(),
    /** The digest of the workspace image, by which it is pulled and run; absent = by the reference in the size. */
    workspaceImageDigest: z
      .string()
      .regex(IMAGE_DIGEST, "expected sha256:<64 hexadecimal digits>")
      .optional(),
    /**
     * EKS: who may use the cluster besides its creator, and from which addresses; absent = nobody else, from
     * everywhere.
     */
    clusterAccess: z.strictObject({ admins: z.array(z.string()), cidrs: z.array(z.string()) }).optional(),
    /** A cluster of the user's own, in which everything is made; absent = the stacks make a cluster, or need none. */
    ownCluster: ownCluster.optional(),
    /** The OpenSSH public key that may start programs on the load runner; absent = no load runner. */
    runner: z
      .strictObject({
        publicKey: z.string().regex(/^ssh-ed25519 [A-Za-z0-9+/=]+$/, "expected ssh-ed25519 AAAA…"),
      })
      .optional(),
    /** GKE, EKS: machines for the pods that generate load; absent = the load comes from elsewhere. */
    generators: z.strictObject({ nodes: z.int().positive() }).optional(),
    /** Coder's certificate and that of the environment's own authority; absent = plain HTTP inside the network. */
    tls: z
      .strictObject({
        /** The name in the certificate, independent of Coder's address. */
        serverName: z.string(),
        certificatePem: z.string().startsWith(PEM_CERTIFICATE),
        /** The only certificate that must be trusted. */
        caPem: z.string().startsWith(PEM_CERTIFICATE),
      })
      .optional(),
    /** The user's own bucket for the state, as `gs://bucket/prefix` or `s3://bucket/prefix?region=…`; null = local. */
    stateBucket: z
      .string()
      .regex(STATE_BUCKET, "expected gs://bucket/prefix or s3://bucket/prefix?region=us-east-1")
      .nullable()
      .optional(),
  })
  .strict();

export type Environment = z.infer<typeof environmentSchema>;
