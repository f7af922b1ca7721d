import { findIsoTime } from "../../tools/time/instant.ts";
import { PageWatch } from "../../tools/page-watch.ts";
import type { CallGoogle } from "./api.ts";
import type { Collection, Scope } from "./kinds.ts";
import { missingPart, unlikeAList } from "./partial.ts";
import { labelsAt, type Raw, textAt } from "./raw.ts";
import { list, record } from "./refusal.ts";

/** One resource in the answer of a list call. */
export interface FoundGoogleResource {
  readonly collection: Collection;
  readonly kind: string;
  readonly name: string;
  /** `projects/<project>/…/<collection>/<name>`: the path of its delete, and the end of links to it. */
  readonly path: string;
  readonly location?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt?: string;
  readonly raw: Raw;
}

/** The result of one list call. With a problem, the finds are incomplete. */
export interface Collected {
  readonly found: readonly FoundGoogleResource[];
  readonly problem?: string;
  /** The API is not enabled in this project. */
  readonly off?: boolean;
}

const PAGE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Set explicitly, so that the answer names missing zones and still contains the others.
  compute: { maxResults: "500", returnPartialSuccess: "true" },
  sql: { maxResults: "500" },
  dns: { maxResults: "500" },
  iam: { pageSize: "100" },
  secretManager: { pageSize: "250" },
};

/** Reads all pages of a collection. */
export async function collectPages(
  call: CallGoogle,
  project: string,
  collection: Collection,
  signal: AbortSignal,
): Promise<Collected> {
  const found: FoundGoogleResource[] = [];
  const pages = new PageWatch();
  let problem: string | undefined;
  for (let pageToken = ""; ;) {
    const answer = await call(
      {
        api: collection.api,
        method: "GET",
        path: listPath(project, collection),
        query: { ...PAGE[collection.api], ...(pageToken === "" ? {} : { pageToken }) },
      },
      signal,
    );
    if (answer.state === "api-off") return { found, problem: answer.reason, off: true };
    if (answer.state !== "ok") return { found, problem: `${answer.state}: ${answer.reason}` };
    problem ??= unlikeAList(collection, answer.body) ?? missingPart(answer.body);
    found.push(...membersOf(project, collection, answer.body));
    const next = textAt(answer.body, "nextPageToken") ?? "";
    if (next === "") break;
    const endless = pages.next(next);
    if (endless !== undefined) {
      problem ??= endless;
      break;
    }
    pageToken = next;
  }
  return problem === undefined ? { found } : { found, problem };
}

function listPath(project: string, { api, ask, name }: Collection): string {
  if (api === "container") return `projects/${project}/locations/-/${name}`;
  return ask === "project" ? `projects/${project}/${name}` : `projects/${project}/${ask}/${name}`;
}

function membersOf(project: string, collection: Collection, body: Raw): readonly FoundGoogleResource[] {
  if (collection.ask !== "aggregated") {
    const scope = collection.ask === "global" ? "global" : "";
    return list(body[collection.items ?? "items"]).flatMap((raw) =>
      foundOf(project, collection, scope, record(raw)),
    );
  }
  return Object.entries(record(body["items"])).flatMap(([scope, members]) =>
    list(record(members)[collection.items ?? collection.name]).flatMap((raw) =>
      foundOf(project, collection, scope, record(raw)),
    ),
  );
}

function foundOf(
  project: string,
  collection: Collection,
  scope: string,
  raw: Raw,
): readonly FoundGoogleResource[] {
  const kind = collection.kinds[levelOf(scope)];
  if (kind === undefined || collection.goesByItself?.(raw) === true) return [];
  const { id, name } = nameOf(collection, raw);
  const location = scope.includes("/")
    ? scope.split("/")[1]
    : (textAt(raw, "location") ?? textAt(raw, "region"));
  const between = collection.api === "container" ? `locations/${location ?? "-"}` : scope;
  const createdAt = createdAtOf(raw);
  return [
    {
      collection,
      kind,
      name,
      path: ["projects", project, between, collection.name, id].filter((part) => part !== "").join("/"),
      ...(location === undefined ? {} : { location }),
      labels: labelsAt(raw, collection.labels ?? "labels"),
      ...(createdAt === undefined ? {} : { createdAt }),
      raw,
    },
  ];
}

function levelOf(scope: string): Scope {
  if (scope === "") return "project";
  if (scope.startsWith("zones/")) return "zone";
  return scope.startsWith("regions/") ? "region" : "global";
}

/** The name in a delete, and the name for people. Most kinds have only one. */
function nameOf({ api }: Collection, raw: Raw): { readonly id: string; readonly name: string } {
  if (api === "iam") {
    const email = textAt(raw, "email") ?? "";
    return { id: email, name: email.split("@")[0] ?? email };
  }
  // The name of a secret contains the project's number. The delete accepts the project's id too.
  const name = (textAt(raw, "name") ?? "").split("/").at(-1) ?? "";
  return { id: name, name };
}

function createdAtOf(raw: Raw): string | undefined {
  const text = ["creationTimestamp", "createTime", "creationTime"]
    .map((field) => textAt(raw, field))
    .find(Boolean);
  return text === undefined ? undefined : findIsoTime(text);
}
