import type { Architecture, Size } from "../../../../reference-architectures/architecture.ts";
import { PageWatch } from "../../../tools/page-watch.ts";
import { list, record } from "../../google/refusal.ts";
import { type Check, failed, passed, unknown } from "../check.ts";
import type { GoogleContext } from "./context.ts";

/** The services that an environment's stacks and its teardown call. */
export function apisOf(
  { carriedBy }: Pick<Architecture, "carriedBy">,
  { database }: Size,
  tls = false,
): readonly string[] {
  const cluster = carriedBy === "gke";
  const managed = database.kind === "cloud-sql";
  return [
    "cloudresourcemanager",
    "compute",
    ...(cluster ? ["container"] : []),
    "iam",
    // The load runner, and a machine that Coder runs on, are reached through it.
    "iap",
    // Where a machine takes the database's URL from, and the key of its certificate.
    ...((managed || tls) && !cluster ? ["secretmanager"] : []),
    ...(managed ? ["sqladmin"] : []),
  ].map((name) => `${name}.googleapis.com`);
}

/** APIs that are off fail an apply in its middle, after minutes of billed creates. */
export const apisCheck: Check<GoogleContext> = {
  name: "apis",
  fix: ({ project }) => `gcloud services list --enabled --project=${project}`,
  after: ["identity"],
  run: async ({ architecture, size, project, call, tls }, signal) => {
    const needed = apisOf(architecture, size.figures, tls);
    const enabled = new Set<string>();
    const pages = new PageWatch();
    let pageToken: string | undefined;
    do {
      const query = {
        filter: "state:ENABLED",
        pageSize: "200",
        ...(pageToken === undefined ? {} : { pageToken }),
      };
      const path = `projects/${project}/services`;
      const answer = await call({ api: "serviceUsage", method: "GET", path, query }, signal);
      if (answer.state === "api-off") {
        return unknown(
          answer.reason,
          `gcloud services enable serviceusage.googleapis.com --project=${project}`,
        );
      }
      if (answer.state !== "ok") return unknown(`the enabled APIs cannot be listed: ${answer.reason}`);
      for (const service of list(answer.body["services"])) {
        const name = record(record(service)["config"])["name"];
        if (typeof name === "string") enabled.add(name);
      }
      const { nextPageToken } = answer.body;
      pageToken = typeof nextPageToken === "string" && nextPageToken !== "" ? nextPageToken : undefined;
      const endless = pageToken === undefined ? undefined : pages.next(pageToken);
      if (endless !== undefined) return unknown(`the enabled APIs cannot be listed: ${endless}`);
    } while (pageToken !== undefined);
    const off = needed.filter((name) => !enabled.has(name));
    if (off.length === 0) return passed(`the ${needed.length} that the stacks call are on`);
    return failed(`off: ${off.join(", ")}`, `gcloud services enable ${off.join(" ")} --project=${project}`);
  },
};
