import type { WebSocket } from "ws";
import { parseJson } from "../../../harness/tools/parse-json.ts";
import type { EmulatedDeployment } from "../context.ts";
import type { ApiRequest } from "../http/request.ts";
import type { EmulatedTemplateVersion } from "../state/types.ts";
import type { JobJson } from "../views/job-view.ts";
import { byId, type Found } from "./lookup.ts";
import { parameterView, presentWith } from "./parameters.ts";

/** The id of the first answer of a form, which nobody asked for. */
const FIRST_ID = -1;

/** One request of a form, or the body of an evaluation. */
interface FormRequest {
  readonly id?: unknown;
  readonly inputs?: unknown;
  readonly owner_id?: unknown;
}

/** A template's form: an answer at once, and one to each change, for the owner that was named last. */
export function prepareForm(
  deployment: EmulatedDeployment,
  request: ApiRequest,
): Found<(socket: WebSocket) => void> {
  const found = byId(deployment.world.versions, request.params["version"] ?? "");
  if ("refused" in found) return found;
  const version = found.value;
  const asked = request.query.get("user_id") ?? "me";
  let owner: unknown = asked === "me" ? request.user?.id : asked;
  return {
    value: (socket) => {
      const answer = (form: FormRequest): void => {
        const right = evaluateForm(deployment, version, { ...form, owner_id: owner });
        const sent = deployment.faults.form === undefined ? right : deployment.faults.form(right);
        if (sent !== undefined) socket.send(JSON.stringify(sent));
      };
      socket.on("error", () => socket.terminate());
      socket.on("message", (data: Buffer) => {
        const form = readRequest(data);
        if (form === undefined) {
          socket.close(1003, "expected JSON");
          return;
        }
        owner = form.owner_id ?? owner;
        answer(form);
      });
      answer({ id: FIRST_ID, inputs: {} });
    },
  };
}

function readRequest(data: Buffer): FormRequest | undefined {
  try {
    const read: unknown = parseJson(data.toString());
    return typeof read === "object" && read !== null ? read : undefined;
  } catch {
    return undefined;
  }
}

/** What Coder makes of the values of a form, in an answer with the request's id. */
export function evaluateForm(
  { world }: EmulatedDeployment,
  version: EmulatedTemplateVersion,
  { id, inputs, owner_id: ownerId }: FormRequest,
): JobJson {
  // Seen on the real server: without an owner it evaluates nothing, and says so in an answer of 200.
  if (typeof ownerId !== "string" || !world.users.has(ownerId)) {
    const diagnostic = {
      severity: "error",
      summary: "Failed to fetch workspace owner",
      detail: "Please check your permissions or the user may not exist.",
      extra: { code: "owner_not_found" },
    };
    return { id: typeof id === "number" ? id : 0, diagnostics: [diagnostic], parameters: [] };
  }
  const given = typeof inputs === "object" && inputs !== null ? (inputs as Record<string, unknown>) : {};
  const valueOf = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    id: typeof id === "number" ? id : 0,
    diagnostics: [],
    parameters: presentWith(version.parsed.parameters, valueOf).map((parameter) =>
      parameterView(parameter, valueOf(parameter.name)),
    ),
  };
}
