import { z } from "zod";

/** Version of `environment.json`, the one input of synthesis. */
export const ENVIRONMENT_SCHEMA_VERSION = 1;

/** Which of two compared versions is installed. */
export type Release = "baseline" | "candidate";

/** What a registry calls an image by, whatever its tags say later. */
export const IMAGE_DIGEST = /^sha256:[0-9a-f]{64}$/;

const PEM_CERTIFICATE = "-----BEGIN CERTIFICATE-----";

/** A bucket that Terraform can keep its state in. */
export const STATE_BUCKET =
  /^(gs:\/\/[a-z0-9][a-z0-9._-]+[a-z0-9](\/[\w./-]*)?|s3:\/\/[a-z0-9][a-z0-9.-]+[a-z0-9](\/[\w./-]*)?(\?region=[a-z0-9-]+)?)$/;

/**
 * One deployment of one size, for one run or by hand. Imports no cdktf: the harness writes this file, the stacks
 * read it, and nothing random or dated enters the code, so that a second plan is empty.
 */
export const environmentSchema = z
  .object({
    schemaVersion: z.literal(ENVIRONMENT_SCHEMA_VERSION),
    /** Name of a folder of `reference-architectures/`. */
    architecture: z.string(),
    size: z.string(),
    /** `--set path=value`, by path into the size. */
    overrides: z.record(z.string(), z.unknown()),
    /** ULID in lower case; by hand too, made once. */
    runId: z.string().regex(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/),
    /** Label value of `bench-owner`. */
    owner: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/),
    /** `cdktf` for runs of the harness, `manual` by hand: a sweep lists those and never touches them. */
    managed: z.enum(["cdktf", "manual"]),
    /** Unix seconds of `bench-expires`; null = no hard expiry (by hand without `REFBENCH_TTL`). */
    expiresAt: z.number().int().positive().nullable(),
    /** Google project or AWS account; the twin's is an impossible name. */
    project: z.string(),
    region: z.string(),
    zone: z.string(),
    coderVersion: z.string(),
    /** Two versions in turns: which of them `coderVersion` is. Each has a database of its own. */
    comparison: z
      .strictObject({
        release: z.enum(["baseline", "candidate"]),
        /** Counts the installations, from 0: each load of a comparison has a new one. */
        installation: z.number().int().nonnegative(),
      })
      .optional(),
    /** Of the image of that version, which a cluster then runs whatever its tag says later; absent = by tag alone. */
    coderImageDigest: z.string().regex(IMAGE_DIGEST, "expected sha256:<64 hexadecimal digits>").optional(),
    /** Of the image that workspaces run, which is then pulled and run by it; absent = by the reference in the size. */
    workspaceImageDigest: z
      .string()
      .regex(IMAGE_DIGEST, "expected sha256:<64 hexadecimal digits>")
      .optional(),
    /** EKS: who besides its maker may enter the cluster, and from where its API is reached; absent = nobody, anywhere. */
    clusterAccess: z.strictObject({ admins: z.array(z.string()), cidrs: z.array(z.string()) }).optional(),
    /** Who may start programs on the load runner, by OpenSSH public key; absent = no load runner is made. */
    runner: z
      .strictObject({
        publicKey: z.string().regex(/^ssh-ed25519 [A-Za-z0-9+/=]+$/, "expected ssh-ed25519 AAAA…"),
      })
      .optional(),
    /** Coder's certificate and its issuer's, the environment's own authority; absent = plain HTTP inside the network. */
    tls: z
      .strictObject({
        /** What the certificate is for, at whatever address Coder is reached. */
        serverName: z.string(),
        certificatePem: z.string().startsWith(PEM_CERTIFICATE),
        /** All that must be trusted. */
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
