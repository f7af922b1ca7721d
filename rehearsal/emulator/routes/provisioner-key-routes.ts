import { randomUUID } from "node:crypto";
import type { EmulatedDeployment } from "../context.ts";
import { created, NOT_FOUND, ok, problem, ROUTE_NOT_FOUND, type Reply } from "../http/reply.ts";
import { type ApiRequest, jsonBody, text, texts } from "../http/request.ts";
import type { Route } from "../http/router.ts";
import type { ProvisionerKey } from "../state/types.ts";
import { now, randomText } from "../state/world.ts";
import type { JobJson } from "../views/job-view.ts";
import { organizationOf } from "./lookup.ts";
import { daemonView } from "./provisioner-routes.ts";

const KEYS = "/api/v2/organizations/{organization}/provisionerkeys";
const LENGTH = 43;
/** Names that Coder keeps for its own kinds of keys. */
const RESERVED = ["built-in", "psk", "user-auth"];

/** Coder's answer where the licence lacks a feature. */
const UNLICENSED = problem(403, "External Provisioner Daemons is a Premium feature. Contact sales!");

/** Keys with which external provisioners connect. They are a licensed feature. */
export function provisionerKeyRoutes(deployment: EmulatedDeployment): Route[] {
  const { world } = deployment;
  const keys = (handle: (request: ApiRequest) => Reply): Pick<Route, "access" | "handle"> => ({
    access: "owner",
    handle: (request) => {
      const found = organizationOf(world, request.params["organization"] ?? "");
      return "refused" in found ? found.refused : (whyNoProvisioners(deployment) ?? handle(request));
    },
  });
  return [
    {
      method: "GET",
      pattern: KEYS,
      ...keys(() => ok([...world.provisionerKeys.values()].map((key) => keyView(deployment, key)))),
    },
    { method: "POST", pattern: KEYS, ...keys((request) => create(deployment, request)) },
    {
      method: "GET",
      pattern: `${KEYS}/daemons`,
      ...keys(() =>
        ok(
          [...world.provisionerKeys.values()].map((key) => ({
            key: keyView(deployment, key),
            daemons: deployment.queue.daemons
              .filter((daemon) => daemon.key.id === key.id)
              .map((daemon) => daemonView(deployment, daemon)),
          })),
        ),
      ),
    },
    {
      method: "DELETE",
      pattern: `${KEYS}/{key}`,
      ...keys((request) => {
        const isKnown = world.provisionerKeys.delete((request.params["key"] ?? "").toLowerCase());
        return isKnown ? { status: 204 } : NOT_FOUND;
      }),
    },
  ];
}

/** The answer of a deployment without external provisioners; undefined where it has them. */
export function whyNoProvisioners({ world }: EmulatedDeployment): Reply | undefined {
  const { licence } = world.config;
  if (licence === "simulated") return undefined;
  return licence === "none" ? ROUTE_NOT_FOUND : UNLICENSED;
}

function create({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  const name = text(body.value, "name");
  const wrong = whyWrong(name);
  if (wrong !== undefined) return problem(400, wrong, { validations: [{ field: "name", detail: wrong }] });
  if (world.provisionerKeys.has(name.toLowerCase()))
    return problem(409, `Provisioner key with name '${name}' already exists in organization`);
  const secret = randomText(LENGTH);
  world.provisionerKeys.set(name.toLowerCase(), {
    id: randomUUID(),
    name,
    secret,
    tags: texts(body.value["tags"]),
    createdAt: now(),
  });
  return created({ key: secret });
}

function whyWrong(name: string): string | undefined {
  if (name === "") return "Name is required";
  if (name.length > 64) return "Name must be at most 64 characters";
  return RESERVED.includes(name.toLowerCase()) ? `Name cannot be reserved name '${name}'` : undefined;
}

function keyView({ world }: EmulatedDeployment, { id, name, tags, createdAt }: ProvisionerKey): JobJson {
  return { id, created_at: createdAt, organization: world.organization.id, name, tags };
}
