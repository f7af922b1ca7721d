import { z } from "zod";
import { parseJson } from "../../tools/parse-json.ts";

/** The version of a licence's claims that Coder accepts. */
const CLAIMS_VERSION = 3;

/** The condition of a run that was given a licence, as its record says it. */
export const LICENCE_GIVEN = "Coder licence: given";

/** The requirements of a size for a licence. */
export interface LicenceNeed {
  readonly users: number;
  /** Coder's own names: `high_availability`, `external_provisioner_daemons`. */
  readonly features: readonly string[];
  readonly nowMs: number;
  /** When the run will be over at the latest. */
  readonly untilMs: number;
}

/** The claims of a licence, without anything by which it could be used or recognised. */
export interface LicenceClaims {
  readonly version: number;
  readonly notBeforeMs: number | undefined;
  /** The end of what was bought; features work on until `endsMs`. */
  readonly expiresMs: number | undefined;
  /** From then on Coder refuses it. */
  readonly endsMs: number;
  /** How many deployments it is bound to; 0 = any. */
  readonly boundTo: number;
  readonly requireTelemetry: boolean;
  readonly trial: boolean;
  readonly featureSet: string;
  /** Users that it allows; undefined when it names no number. */
  readonly seats: number | undefined;
  readonly features: readonly string[];
}

export type DecodedLicence =
  | { readonly state: "decoded"; readonly claims: LicenceClaims }
  /** Why, in words that quote nothing of it. */
  | { readonly state: "unreadable"; readonly reason: string };

const claimsSchema = z.object({
  version: z.number().default(0),
  nbf: z.number().optional(),
  license_expires: z.number().optional(),
  exp: z.number(),
  deployment_ids: z.array(z.string()).nullish(),
  require_telemetry: z.boolean().default(false),
  trial: z.boolean().default(false),
  all_features: z.boolean().default(false),
  feature_set: z.string().default(""),
  features: z.record(z.string(), z.number()).nullish(),
});

/** Reads what a Coder licence claims. Its signature is not verified: that is the server's part, and needs its key. */
export function decodeLicence(licence: string): DecodedLicence {
  const parts = licence.trim().split(".");
  const [, payload = ""] = parts;
  if (parts.length !== 3 || parts.some((part) => !/^[\w-]+$/.test(part))) {
    return unreadable(
      `expected three parts of base64url with dots between them, found ${parts.length} of other text`,
    );
  }
  const claims = claimsSchema.safeParse(jsonOf(payload));
  if (claims.success) return { state: "decoded", claims: worded(claims.data) };
  const fields = [...new Set(claims.error.issues.map(({ path }) => path.join(".")))].filter(Boolean);
  return unreadable(
    fields.length === 0
      ? "its middle part is no JSON object"
      : `its claims ${fields.join(", ")} are not as Coder writes them`,
  );
}

/** Why a licence does not serve a run, in words; none when it does. */
export function licenceProblems(claims: LicenceClaims, need: LicenceNeed): readonly string[] {
  const { nowMs, untilMs, users } = need;
  const missing = need.features.filter((feature) => !claims.features.includes(feature));
  const ends = claims.expiresMs ?? claims.endsMs;
  return [
    ...(claims.version === CLAIMS_VERSION
      ? []
      : [`its claims have version ${claims.version}, and Coder accepts ${CLAIMS_VERSION}`]),
    ...(claims.notBeforeMs !== undefined && claims.notBeforeMs > nowMs
      ? [`it is valid from ${dayOf(claims.notBeforeMs)} on`]
      : []),
    ...(claims.endsMs <= untilMs || ends <= nowMs
      ? [`it ${ends <= nowMs ? "expired" : "expires"} on ${dayOf(ends)}, before the run would end`]
      : []),
    ...(claims.boundTo > 0
      ? [
          `it is bound to ${claims.boundTo === 1 ? "one deployment" : `${claims.boundTo} deployments`}, and every run makes one with an id of its own`,
        ]
      : []),
    ...(claims.requireTelemetry ? ["it requires telemetry, which a benchmark turns off"] : []),
    ...(missing.length > 0 ? [`it does not include ${missing.join(", ")}`] : []),
    ...(claims.seats !== undefined && claims.seats < users
      ? [`it has ${claims.seats} seats, and the size has ${users} users`]
      : []),
  ];
}

/** Describes a licence in one line without a secret. */
export function licenceWords(claims: LicenceClaims): string {
  const kind = claims.featureSet === "" ? "single features" : claims.featureSet;
  const seats = claims.seats === undefined ? "no number of seats" : `${claims.seats} seats`;
  return `${kind}${claims.trial ? " (trial)" : ""}, ${seats}, until ${dayOf(claims.expiresMs ?? claims.endsMs)}`;
}

/** The licensed features that a size uses. */
export function licensedFeatures(size: {
  readonly coder: { readonly replicas: number };
  readonly provisioners: "builtin" | "external";
}): readonly string[] {
  return [
    ...(size.coder.replicas > 1 ? ["high_availability"] : []),
    ...(size.provisioners === "external" ? ["external_provisioner_daemons"] : []),
  ];
}

/** Both sets have every feature that a size can ask for. */
const WHOLE_SETS: ReadonlySet<string> = new Set(["enterprise", "premium"]);
const IN_WHOLE_SETS = ["high_availability", "external_provisioner_daemons"];

function worded(claims: z.infer<typeof claimsSchema>): LicenceClaims {
  const featureSet = claims.feature_set === "" && claims.all_features ? "enterprise" : claims.feature_set;
  const single = Object.entries(claims.features ?? {})
    .filter(([, value]) => value > 0)
    .map(([name]) => name);
  const seats = claims.features?.["user_limit"] ?? 0;
  return {
    version: claims.version,
    notBeforeMs: milliseconds(claims.nbf),
    expiresMs: milliseconds(claims.license_expires),
    endsMs: claims.exp * 1_000,
    boundTo: claims.deployment_ids?.length ?? 0,
    requireTelemetry: claims.require_telemetry,
    trial: claims.trial,
    featureSet: /^[a-z]*$/.test(featureSet) ? featureSet : "an unknown set",
    seats: seats > 0 ? seats : undefined,
    features: [...new Set([...(WHOLE_SETS.has(featureSet) ? IN_WHOLE_SETS : []), ...single])],
  };
}

function jsonOf(base64url: string): unknown {
  try {
    return parseJson(Buffer.from(base64url, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1_000;
}

function dayOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "an impossible date" : date.toISOString().slice(0, 10);
}

function unreadable(reason: string): DecodedLicence {
  return { state: "unreadable", reason };
}
