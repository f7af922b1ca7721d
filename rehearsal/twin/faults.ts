import { readFileSync } from "node:fs";
import { z } from "zod";
import { didYouMean } from "../../reference-architectures/did-you-mean.ts";
import { RefbenchError } from "../../harness/tools/error.ts";
import { faultyTypes } from "./item-kinds.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";

/** Organisation policies that the twin can enforce, as Google names their constraints. */
const ORG_POLICIES = ["compute.requireShieldedVm"] as const;
export type OrgPolicy = (typeof ORG_POLICIES)[number];

const common = {
  /** Which call of Terraform's. */
  op: z.enum(["create", "delete", "read"]),
  /** Terraform type, `*` for any part of it: `google_compute_*`. */
  type: z.string(),
  /** Only the resource of this name. */
  name: z.string().optional(),
  /** Only for this zone, as when a zone has run out of machines. */
  zone: z.string().optional(),
  /** From the nth matching call on, the first being 1. */
  nth: z.number().int().positive().default(1),
  /** How many matching calls from the nth on. */
  times: z.number().int().positive().default(1),
};

/** As `common`, for questions to the inventory: each asks for everything at once. */
const listing = {
  op: z.literal("list"),
  nth: common.nth,
  times: common.times,
};

/**
 * Faults that the twin plays, as a JSON file `{ "faults": [ … ] }`. Each names a call (`op`, `type`, `name`, `zone`), which of
 * the matching calls it meets (`nth`, `times`; counted in `<file>.counts/`, shared by processes) and what happens:
 *
 * - `refuse`: the cloud refuses with `message`; nothing changes.
 * - `accept-and-lose-answer`: it is done; Terraform receives only an error and does not know of the result.
 * - `slow`: is accepted as ever, then takes `ms` milliseconds of wall time more.
 * - `in-use`: a delete is refused as "already being used by" `message`, a sweep's too; with `ms` every one of them, for so
 *   long from the first on, as a subnetwork whose balancer went minutes ago.
 * - `leak`: it is done, and a disk that no state knows remains, with the labels of the run.
 * - `hang`: is accepted as ever, and never answers: the call ends when its provider is stopped.
 * - `throttle`: is refused as one call too many, and changes nothing.
 * - `org-policy`: the organisation enforces `constraint`, from the first call on: what violates it is refused, or is made
 *   and never works, as in the cloud.
 * - `stuck-delete`: every delete from the nth on is refused, a sweep's too; for `ms` from the first on, or for ever.
 *
 * - `control-plane-away` (`op: "create"`): for `ms` of wall time the API server of the cluster does not answer. A node pool is
 *   made first; an install of a release stays pending; any other object of the cluster is not made.
 *
 * - `image-pull` (`op: "create"`): the image of a `kubernetes_deployment_v1` is never pulled: it exists with its pods, and Terraform
 *   gives up at its progress deadline.
 *
 * Faults of the nodes (`op: "nodes"`, which a load asks before and after it): `replace-node` makes another machine of
 * the first node, from the nth question on, by default the second.
 *
 * Faults of external provisioners (`op: "provisioners"`, at each start of them): `lose-provisioners` keeps `count` of them
 * from Coder, from the start on or from `afterMs` of wall time after it, as when their node is lost.
 *
 * Faults of the inventory (`op: "list"`, which sweep and audit ask):
 *
 * - `fail`: does not answer. `partial`: answers with half of the items, and reports that they are not all.
 * - `cluster-denied`: while a cluster exists, its API server denies the lists of what is in it.
 * - `late`: what was made within the last `ms` does not show yet, at every call.
 *
 * Example: `{ "faults": [{ "op": "create", "type": "google_sql_*", "do": "refuse", "message": "quota exceeded" }] }`.
 */
export const faultsFile = z
  .object({
    faults: z.array(
      z.discriminatedUnion("do", [
        z
          .object({
            ...common,
            do: z.literal("refuse"),
            message: z.string().default("googleapi: Error 403: refused by a planned fault, forbidden"),
          })
          .strict(),
        z
          .object({
            ...common,
            do: z.literal("accept-and-lose-answer"),
            message: z.string().default("Error waiting for the operation: connection reset by peer"),
          })
          .strict(),
        z.object({ ...common, do: z.literal("slow"), ms: z.number().nonnegative() }).strict(),
        z
          .object({
            ...common,
            do: z.literal("in-use"),
            message: z.string().default("projects/twin/global/planned/fault"),
            ms: z.number().positive().optional(),
          })
          .strict(),
        z.object({ ...common, do: z.literal("leak") }).strict(),
        z.object({ ...common, do: z.literal("hang") }).strict(),
        z
          .object({
            ...common,
            do: z.literal("throttle"),
            message: z
              .string()
              .default("googleapi: Error 429: Quota exceeded for quota metric 'Queries', rateLimitExceeded"),
          })
          .strict(),
        z
          .object({
            op: z.literal("create"),
            type: common.type.default("google_*"),
            name: common.name,
            zone: common.zone,
            do: z.literal("org-policy"),
            constraint: z.enum(ORG_POLICIES),
          })
          .strict(),
        z
          .object({
            op: z.literal("delete"),
            type: common.type,
            name: common.name,
            zone: common.zone,
            nth: common.nth,
            do: z.literal("stuck-delete"),
            ms: z.number().positive().optional(),
          })
          .strict(),
        z
          .object({
            ...common,
            op: z.literal("create"),
            do: z.literal("control-plane-away"),
            ms: z.number().positive(),
          })
          .strict(),
        z
          .object({
            ...common,
            op: z.literal("create"),
            type: common.type.default("kubernetes_deployment_v1"),
            do: z.literal("image-pull"),
          })
          .strict(),
        z
          .object({
            op: z.literal("nodes"),
            nth: z.number().int().positive().default(2),
            do: z.literal("replace-node"),
          })
          .strict(),
        z
          .object({
            op: z.literal("provisioners"),
            nth: common.nth,
            do: z.literal("lose-provisioners"),
            count: z.number().int().positive(),
            afterMs: z.number().positive().optional(),
          })
          .strict(),
        z.object({ ...listing, do: z.literal("fail") }).strict(),
        z.object({ ...listing, do: z.literal("partial") }).strict(),
        z.object({ ...listing, do: z.literal("cluster-denied") }).strict(),
        z.object({ op: listing.op, do: z.literal("late"), ms: z.number().positive() }).strict(),
      ]),
    ),
  })
  .strict();
export type FaultsFile = z.infer<typeof faultsFile>;
export type Fault = FaultsFile["faults"][number];

/** Reads and checks a faults file; an invalid one is a `usage` error with the path of the invalid value. */
export function readFaults(file: string): readonly Fault[] {
  let text: unknown;
  try {
    text = parseJson(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new RefbenchError(
      "usage",
      `the faults file ${file} cannot be read as JSON: correct it or omit it`,
      { cause },
    );
  }
  const given = namesOnly.safeParse(text);
  for (const [index, fault] of (given.data?.faults ?? []).entries())
    refuseUnknownNames(fault, `the faults file ${file} has at faults[${index}]`);
  const checked = faultsFile.safeParse(text);
  if (checked.success) return checked.data.faults;
  throw new RefbenchError(
    "usage",
    `the faults file ${file} is not valid: ${z.prettifyError(checked.error)}; see rehearsal/twin/faults.ts`,
  );
}

const namesOnly = z.object({ faults: z.array(z.object({ do: z.string(), type: z.string().optional() })) });

/** Suggests the nearest name. The schema cannot: it only sees that nothing fits, and accepts any type. */
function refuseUnknownNames(
  { do: kind, type = "*" }: { do: string; type?: string | undefined },
  where: string,
): void {
  const kinds = faultsFile.shape.faults.element.options.map(({ shape }) => shape.do.value);
  if (!kinds.some((each) => each === kind))
    throw new RefbenchError(
      "usage",
      `${where}.do "${kind}", expected one of ${kinds.join(", ")}${didYouMean(kind, kinds)}`,
    );
  const types = faultyTypes();
  if ([...types].some((each) => globMatches(type, each))) return;
  throw new RefbenchError(
    "usage",
    `${where}.type "${type}", which matches no type of the twin: expected a Terraform type such as google_container_cluster, or a part of one such as google_sql_*${didYouMean(type, types)}`,
  );
}

/** Returns whether a text fits a pattern in which `*` means any characters. */
export function globMatches(glob: string, text: string): boolean {
  const pattern = glob
    .split("*")
    .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${pattern}$`).test(text);
}

/** Reads a faults file and returns its path, so that a wrong file is refused before anything is created. */
export function checkFaultsFile(path: string): string {
  readFaults(path);
  return path;
}
