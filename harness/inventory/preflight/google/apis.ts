import type { Architecture, Size } from "../../../../reference-architectures/architecture.ts";
import { PageWatch } from "../../../tools/page-watch.ts";
import { list, record } from "../../google/refusal.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";
import type { GoogleContext } from "./context.ts";

/** Lists the services that an environment's stacks and its teardown call. */
export function apisOf(
  { carriedBy }: Pick<Architecture, "carriedBy">,
  { database }: Size,
): readonly string[] {
  const cluster = carriedBy === "gke";
  const managed = database.kind === "cloud-sql";
  return [
    "cloudresourcemanager",
    "compute",
    ...(cluster ? ["container"] : []),
    "iam",
    // The load runner, and a machine that runs Coder, are reached through it.
    "iap",
    // Stores the database's URL or password, and the certificate's key, for a machine.
    ...(cluster ? [] : ["secretmanager"]),
    ...(managed ? ["sqladmin"] : []),
  ].map((name) => `${name}.googleapis.com`);
}

/** Checks that APIs are enabled; otherwise an apply fails after minutes of billed creates. */
export const apisCheck: Check<GoogleContext> = {
  name: "apis",
  fix: ({ project }) => `gcloud services list --enabled --project=${project}`,
  after: ["identity"],
  run: async ({ architecture, size, project, call }, signal) => {
    const needed = apisOf(architecture, size.figures);
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
      if (answer.state !== "ok") return unknown(`cannot list the enabled APIs: ${answer.reason}`);
      for (const service of list(answer.body["services"])) {
        const name = record(record(service)["config"])["name"];
        if (typeof name === "string") enabled.add(name);
      }
      const { nextPageToken } = answer.body;
      pageToken = typeof nextPageToken === "string" && nextPageToken !== "" ? nextPageToken : undefined;
      const endless = pageToken === undefined ? undefined : pages.next(pageToken);
      if (endless !== undefined) return unknown(`cannot list the enabled APIs: ${endless}`);
    } while (pageToken !== undefined);
    const off = needed.filter((name) => !enabled.has(name));
    if (off.length === 0) return passed(`all ${needed.length} APIs that the stacks call are enabled`);
    return failedCheck(
      `not enabled: ${off.join(", ")}`,
      `gcloud services enable ${off.join(" ")} --project=${project}`,
    );
  },
};
