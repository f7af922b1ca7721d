import { CoderClient } from "../../../harness/coder/client.ts";
import { CoderHttp } from "../../../harness/coder/http/http.ts";
import { systemClock } from "../../../harness/tools/time/clock.ts";
import type { EmulatorConfig } from "../../../rehearsal/emulator/config.ts";
import { startEmulator } from "../../../rehearsal/emulator/server.ts";
import { listUsers, listWorkspaces } from "../../../harness/workload/context/listing.ts";

/** An emulated Coder of this process with its template `kubernetes`, its owner's client, and quick builds. */
export async function startEmulatedCoder({
  failBuilds = 0,
  buildSpeed = 100,
  prebuilds = 0,
  shellDelayMs,
}: Partial<Pick<EmulatorConfig, "failBuilds" | "buildSpeed" | "prebuilds" | "shellDelayMs">> = {}) {
  const emulator = await startEmulator({
    schemaVersion: 1,
    host: "127.0.0.1",
    port: 0,
    version: "2.31.0",
    replicas: 1,
    env: { CODER_PROVISIONER_DAEMONS: "5", CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true" },
    buildSpeed,
    failBuilds,
    ...(shellDelayMs === undefined ? {} : { shellDelayMs }),
    // Prebuilt workspaces are a licensed feature.
    licence: prebuilds === 0 ? "none" : "simulated",
    prebuilds,
    seeded: true,
  });
  const { url, token = "" } = emulator.ready;
  const http = new CoderHttp({ url, clock: systemClock });
  const owner = new CoderClient(http, { token, owner: true }, new AbortController().signal);
  const names = async () => {
    const [workspaces, users, me] = await Promise.all([listWorkspaces(owner), listUsers(owner), owner.me()]);
    const tokens = me.ok ? await owner.tokens(me.value.id) : me;
    return {
      workspaces: workspaces.ok ? workspaces.value.map(({ name }) => name) : [],
      users: users.ok ? users.value.map(({ username }) => username).filter((name) => name !== "admin") : [],
      tokens: tokens.ok ? tokens.value.map(({ token_name: name }) => name) : [],
    };
  };
  return {
    url,
    token,
    owner,
    /** What is there besides its first user. */
    names,
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await emulator.close();
    },
  };
}

/** Makes a user, and a workspace of it where one is asked for; the user's id. */
export async function addPerson(
  { owner }: { readonly owner: CoderClient },
  username: string,
  {
    email = `${username}@example.com`,
    workspace,
  }: { readonly email?: string; readonly workspace?: string } = {},
): Promise<string> {
  const [organization] = valueOf(await owner.organizations());
  const organizationId = organization?.id ?? "";
  const user = valueOf(
    await owner.createUser({ username, email, password: "Correct-Horse-9-Battery", organizationId }),
  );
  if (workspace === undefined) return user.id;
  const template = valueOf(await owner.template(organizationId, "kubernetes"));
  valueOf(
    await owner.createWorkspace(user.id, {
      templateId: template.id,
      name: workspace,
      parameters: {},
      ttlMs: 3_600_000,
    }),
  );
  return user.id;
}

function valueOf<T>(answer: { ok: true; value: T } | { ok: false; failure: { message: string } }): T {
  if (answer.ok) return answer.value;
  throw new Error(answer.failure.message);
}
