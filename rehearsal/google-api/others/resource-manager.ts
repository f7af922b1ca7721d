import type { Json } from "../json.ts";
import { GoogleRefusal, notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { MockWorld } from "../world.ts";
import { answerPolicy } from "./policies.ts";

/** The API `cloudresourcemanager.googleapis.com`, version 1: the project and its policy. */
export function resourceManager(world: MockWorld, request: GoogleApiRequest): Json {
  const { parts, path, verb } = request;
  if (parts[0] !== "projects" || parts.length !== 2) throw notFound(path);
  if (parts[1] !== world.project.id) {
    // Google does not say whether somebody else's project exists.
    throw new GoogleRefusal(403, "forbidden", `The caller does not have permission on ${path}`);
  }
  const policy = answerPolicy(world, request);
  if (policy !== undefined) return policy;
  if (verb !== undefined) throw notFound(`${path}:${verb}`);
  const { id, number, lifecycleState, labels } = world.project;
  return {
    projectId: id,
    projectNumber: number,
    name: id,
    lifecycleState,
    labels,
    createTime: "2026-01-01T00:00:00.000Z",
  };
}
