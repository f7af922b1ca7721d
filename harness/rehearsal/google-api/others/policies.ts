import { type Json, listOf, objectOf } from "../json.ts";
import { GoogleRefusal } from "../refusal.ts";
import type { ApiRequest } from "../request.ts";
import type { Key } from "../store.ts";
import type { World } from "../world.ts";

/** Where a resource's policy lies in the store: never listed along with resources. */
function policyKey({ api, path }: ApiRequest): Key {
  return `${api}/policies/${path}`;
}

/** The key of the project's own policy. */
export function projectPolicyKey(world: World): Key {
  return `resourceManager/policies/projects/${world.project.id}`;
}

/** Answers `getIamPolicy`, `setIamPolicy` and `testIamPermissions` of any resource; undefined for other verbs. */
export function answerPolicy(world: World, request: ApiRequest): Json | undefined {
  switch (request.verb) {
    case "getIamPolicy":
      return world.store.get(policyKey(request)) ?? { version: 1, etag: "ACAB" };
    case "setIamPolicy":
      return setPolicy(world, request);
    case "testIamPermissions": {
      const asked = listOf(request.body["permissions"]).filter(
        (one) => !world.project.ungranted.has(String(one)),
      );
      // Google leaves the list out where nothing is granted.
      return asked.length === 0 ? {} : { permissions: asked };
    }
    default:
      return undefined;
  }
}

function setPolicy(world: World, request: ApiRequest): Json {
  const key = policyKey(request);
  const known = world.store.get(key) ?? { version: 1, etag: "ACAB" };
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
  world.store.set(key, next);
  return next;
}

/** A service account of this project that is named for the first time must exist. */
function checkMember(world: World, known: Json, member: string): void {
  const suffix = `@${world.project.id}.iam.gserviceaccount.com`;
  const email = member.replace(/^serviceAccount:/, "");
  if (!member.startsWith("serviceAccount:") || !email.endsWith(suffix)) return;
  if (world.store.get(`iam/projects/${world.project.id}/serviceAccounts/${email}`) !== undefined) return;
  if (JSON.stringify(known).includes(`"${member}"`)) return;
  throw new GoogleRefusal(400, "badRequest", `Service account ${email} does not exist.`);
}

/** Renames a deleted account in every policy, as Google does: the grants stay under another name. */
export function forgetAccount(world: World, email: string, uniqueId: string): void {
  const member = `serviceAccount:${email}`;
  for (const [key, policy] of world.store.entries()) {
    if (!/^\w+\/policies\//.test(key) || !JSON.stringify(policy).includes(`"${member}"`)) continue;
    const bindings = listOf(policy["bindings"]).map((binding) => ({
      ...objectOf(binding),
      members: listOf(objectOf(binding)["members"]).map((one) =>
        one === member ? `deleted:${member}?uid=${uniqueId}` : one,
      ),
    }));
    world.store.set(key, { ...policy, bindings });
  }
}
