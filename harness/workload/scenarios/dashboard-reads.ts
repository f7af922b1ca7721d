import { z } from "zod";
import type { LoadWorkspace } from "../context/load-context.ts";

/** One request of a page, as made by a browser that has the page's files cached. */
export interface DashboardRead {
  /** Path below `/api/v2`. */
  readonly path: string;
  /** An answer that does not match is a failure, whatever its status. */
  readonly schema: z.ZodType;
  /** Not in every version, or not for every user: once refused for that reason, it is skipped. */
  readonly isOptional?: true;
}

/** An answer of the API. A proxy's HTML page does not match. */
const json = z.union([z.looseObject({}), z.array(z.unknown())]);

/** All pages, in the order in which a person opens them. */
export const DASHBOARD_PAGES: readonly ((about: LoadWorkspace) => readonly DashboardRead[])[] = [
  (about) => [
    ...onEveryPage(about),
    read("/workspaces?q=owner%3Ame&limit=25&offset=0", z.looseObject({ workspaces: z.array(z.unknown()) })),
    read("/templates"),
  ],
  (about) => [...onEveryPage(about), ...workspacePage(about)],
  (about) => [...onEveryPage(about), read("/templates"), read("/organizations")],
];

function onEveryPage({ user }: LoadWorkspace): DashboardRead[] {
  return [
    // An answer for another user would be wrong.
    read("/users/me", z.looseObject({ username: z.literal(user.username) })),
    read("/buildinfo"),
    optional("/experiments"),
    optional("/deployment/stats"),
    optional("/notifications/inbox"),
  ];
}

function workspacePage({ id, name, user, buildId }: LoadWorkspace): DashboardRead[] {
  const build =
    buildId === undefined
      ? []
      : [
          read(`/workspacebuilds/${buildId}/parameters`),
          read(`/workspacebuilds/${buildId}/logs`, z.array(z.unknown())),
        ];
  const path = `/users/${user.username}/workspace/${name}?include_deleted=true`;
  return [
    read(path, z.looseObject({ name: z.literal(name) })),
    read(`/workspaces/${id}/builds?limit=25`),
    ...build,
  ];
}

function read(path: string, schema: z.ZodType = json): DashboardRead {
  return { path, schema };
}

function optional(path: string): DashboardRead {
  return { path, schema: json, isOptional: true };
}
