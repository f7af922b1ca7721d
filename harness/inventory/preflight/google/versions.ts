import { DEBIAN_IMAGE } from "../../../../reference-architectures/artefacts/machine-image.ts";
import { list, record } from "../../google/refusal.ts";
import { type Check, failedCheck, passed, skipped, unknown } from "../check.ts";
import { needOf } from "../../../../reference-architectures/quota/need.ts";
import type { GoogleContext } from "./context.ts";

/** Checks that the size's release channel offers its Kubernetes version in the zone. */
export const googleKubernetesVersionCheck: Check<GoogleContext> = {
  name: "kubernetes-version",
  fix: ({ project, architecture }) =>
    `gcloud container get-server-config --project=${project} --zone=${architecture.zone}`,
  after: ["identity", "apis"],
  run: async ({ architecture, size, project, call }, signal) => {
    const { kubernetesVersion: wanted, kubernetesChannel: channel } = size.figures;
    if (architecture.carriedBy !== "gke" || wanted === undefined || channel === undefined)
      return skipped("the environment has no cluster");
    const path = `projects/${project}/locations/${architecture.zone}/serverConfig`;
    const answer = await call({ api: "container", method: "GET", path }, signal);
    if (answer.state !== "ok") return unknown(`cannot list GKE's versions: ${answer.reason}`);
    const channels = channelsIn(answer.body);
    const valid = channels.get(channel) ?? [];
    const match = valid.find((version) => isOf(version, wanted));
    if (match !== undefined)
      return passed(`${wanted} is ${match} in channel ${channel} in ${architecture.zone}`);
    const minors = [...new Set(valid.map((version) => version.split(".").slice(0, 2).join(".")))];
    const [first = "<version>"] = minors;
    const isExtended = channels.get("EXTENDED")?.some((version) => isOf(version, wanted)) === true;
    return failedCheck(
      `${wanted} is not offered in channel ${channel} in ${architecture.zone}, which has ${minors.join(", ") || "no version"}`,
      `${isExtended ? "--set kubernetesChannel=EXTENDED, or " : ""}--set kubernetesVersion=${first}`,
    );
  },
};

/** Returns the versions for a new control plane, by release channel. */
function channelsIn(body: Readonly<Record<string, unknown>>): ReadonlyMap<string, readonly string[]> {
  return new Map(
    list(body["channels"]).flatMap((entry): readonly (readonly [string, readonly string[]])[] => {
      const { channel, validVersions } = record(entry);
      if (typeof channel !== "string") return [];
      return [[channel, list(validVersions).filter((one) => typeof one === "string")]];
    }),
  );
}

/** Whether a version is the wanted one or its patch: `1.35.4-gke.1` matches `1.35`, `1.350` does not. */
function isOf(version: string, wanted: string): boolean {
  return version === wanted || [".", "-"].some((separator) => version.startsWith(wanted + separator));
}

/** Checks that Cloud SQL offers the Postgres version, with the flag that the stacks set. */
export const googlePostgresVersionCheck: Check<GoogleContext> = {
  name: "postgres-version",
  fix: () =>
    "--set database.version=POSTGRES_16, or another version of https://cloud.google.com/sql/docs/postgres/db-versions",
  after: ["identity", "apis"],
  run: async ({ size, call }, signal) => {
    const { kind, version } = size.figures.database;
    if (kind !== "cloud-sql") return skipped("Postgres runs on Coder's machine");
    const answer = await call(
      { api: "sql", method: "GET", path: "flags", query: { databaseVersion: version } },
      signal,
    );
    // Cloud SQL refuses an unknown version as an invalid argument.
    if (answer.state === "failed" && /\(400\b/.test(answer.reason)) {
      return failedCheck(`Cloud SQL does not know ${version}: ${answer.reason}`);
    }
    if (answer.state !== "ok") return unknown(`cannot query Cloud SQL's versions: ${answer.reason}`);
    const flags = list(answer.body["items"]).filter((flag) =>
      list(record(flag)["appliesTo"]).includes(version),
    );
    if (flags.length === 0) return failedCheck(`Cloud SQL has no flags for ${version}`);
    if (flags.some((flag) => record(flag)["name"] === "max_connections"))
      return passed(`Cloud SQL offers ${version}`);
    return failedCheck(`max_connections cannot be set for ${version} in Cloud SQL`);
  },
};

/**
 * Checks every machine type and processor in the zone, because not every zone of a region has all of them, and the
 * image that machines start from.
 */
export const googleMachineTypesCheck: Check<GoogleContext> = {
  name: "machine-types",
  fix: ({ project, architecture }) =>
    `gcloud compute machine-types list --project=${project} --zones=${architecture.zone}`,
  after: ["identity", "apis"],
  run: async ({ architecture, size, generators, project, call }, signal) => {
    const { machineTypes: types, cpuPlatforms } = needOf(architecture, size.figures, generators);
    const answers = await Promise.all(
      types.map(async (type) => {
        const path = `projects/${project}/zones/${architecture.zone}/machineTypes/${type}`;
        return { type, answer: await call({ api: "compute", method: "GET", path }, signal) };
      }),
    );
    const missing = answers.filter(({ answer }) => answer.state === "gone").map(({ type }) => type);
    if (missing.length > 0) return failedCheck(`${architecture.zone} does not offer ${missing.join(", ")}`);
    const image = await call({ api: "compute", method: "GET", path: DEBIAN_IMAGE }, signal);
    if (image.state === "gone")
      return failedCheck(
        `Google has removed ${DEBIAN_IMAGE}`,
        "set a current image in reference-architectures/artefacts/machine-image.ts: gcloud compute images list --project=debian-cloud --no-standard-images --filter=family=debian-12",
      );
    const zone = await call(
      { api: "compute", method: "GET", path: `projects/${project}/zones/${architecture.zone}` },
      signal,
    );
    const offered = zone.state === "ok" ? list(zone.body["availableCpuPlatforms"]) : [];
    const lacking = cpuPlatforms.filter((platform) => offered.length > 0 && !offered.includes(platform));
    if (lacking.length > 0)
      return failedCheck(
        `${architecture.zone} does not offer ${lacking.join(", ")} for the measured machines`,
        `--zone <one that offers it>: gcloud compute zones list --project=${project} --format="table(name, availableCpuPlatforms)"`,
      );
    const reasons = [...answers.map(({ answer }) => answer), image, zone].flatMap((answer) =>
      answer.state === "ok" ? [] : [answer.reason],
    );
    if (reasons.length > 0) return unknown(`cannot read machine types: ${reasons[0] ?? ""}`);
    if (cpuPlatforms.length > 0 && offered.length === 0)
      return unknown(
        `${architecture.zone} does not report its processors; needed: ${cpuPlatforms.join(", ")}`,
      );
    return passed(`${architecture.zone} offers ${[...types, ...cpuPlatforms].join(", ")}`);
  },
};
