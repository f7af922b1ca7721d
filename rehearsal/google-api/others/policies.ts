import { type Json, listOf, objectOf } from "../json.ts";
import { GoogleRefusal } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { MockWorld } from "../world.ts";

/** Returns the key of a resource's policy. */
function placeOf({ api, path }: GoogleApiRequest): string {
  return `${api}/${path}`;
}

/** The key of the project's own policy. */
export function projectPolicy({ project }: MockWorld): string {
  return `resourceManager/projects/${project.id}`;
}

/** A policy; a resource that was granted nothing has an empty one. */
export function policyOf({ policies }: MockWorld, place: string): Json {
  const known = policies.get(place) ?? { version: 1, etag: "ACAB" };
  policies.set(place, known);
  return known;
}

/** Answers for what may be done with any resource (IAM's policies, an organisation's); undefined for other verbs. */
export function answerPolicy(world: MockWorld, request: GoogleApiRequest): Json | undefined {
  switch (request.verb) {
    case "getIamPolicy":
      return policyOf(world, placeOf(request));
    case "setIamPolicy":
      return setPolicy(world, request);
    case "testIamPermissions": {
      const asked = listOf(request.body["permissions"]).filter(
        (one) => !world.project.ungranted.has(String(one)),
      );
      // Google leaves the list out where nothing is granted.
      return asked.length === 0 ? {} : { permissions: asked };
    }
    case "getEffectiveOrgPolicy": {
      const { orgPolicies } = world.project;
      if (orgPolicies === "denied") {
        throw new GoogleRefusal(403, "forbidden", "The caller does not have permission");
      }
      const constraint = String(request.body["constraint"]);
      return { constraint, ...orgPolicies.get(constraint) };
    }
    default:
      return undefined;
  }
}

function setPolicy(world: MockWorld, request: GoogleApiRequest): Json {
  const known = policyOf(world, placeOf(request));
  const policy = objectOf(request.body["policy"]);
  if (policy["etag"] !== undefined && policy["etag"] !== known["etag"]) {
    throw new GoogleRefusal(
      409,
      "aborted",
      "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
    );
  }
  for (const member of listOf(policy["bindings"]).flatMap((binding) =>
    listOf(objectOf(binding)["members"]),
  )) {
    checkMember(world, known, String(member));
  }
  const next = { version: 1, ...policy, etag: world.newId() };
  world.policies.set(placeOf(request), next);
  return next;
}

/** A service account of this project that is named for the first time must exist. */
function checkMember(world: MockWorld, known: Json, member: string): void {
  const suffix = `@${world.project.id}.iam.gserviceaccount.com`;
  const email = member.replace(/^serviceAccount:/, "");
  if (!member.startsWith("serviceAccount:") || !email.endsWith(suffix)) return;
  if (world.store.get(`iam/projects/${world.project.id}/serviceAccounts/${email}`) !== undefined) return;
  if (JSON.stringify(known).includes(`"${member}"`)) return;
  throw new GoogleRefusal(400, "badRequest", `Service account ${email} does not exist.`);
}

/** Renames a deleted account in every policy, as Google does: the grants remain under another name. */
export function forgetAccount(world: MockWorld, email: string, uniqueId: string): void {
  const member = `serviceAccount:${email}`;
  for (const [place, policy] of world.policies) {
    if (!JSON.stringify(policy).includes(`"${member}"`)) continue;
    const bindings = listOf(policy["bindings"]).map((binding) => ({
      ...objectOf(binding),
      members: listOf(objectOf(binding)["members"]).map((one) =>
        one === member ? `deleted:${member}?uid=${uniqueId}` : one,
      ),
    }));
    world.policies.set(place, { ...policy, bindings });
  }
}
