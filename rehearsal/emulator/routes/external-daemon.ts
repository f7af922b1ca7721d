import type { WebSocket } from "ws";
import type { EmulatedDeployment } from "../context.ts";
import { withOwn } from "../../../harness/model/provisioner-tags.ts";
import { problem } from "../http/reply.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Found } from "./lookup.ts";
import { whyNoProvisioners } from "./provisioner-key-routes.ts";

/**
 * An external provisioner connects with its key, and takes jobs with the key's tags for as long as the connection is
 * open. The emulator models the jobs: no message is exchanged.
 */
export function prepareDaemon(
  deployment: EmulatedDeployment,
  request: ApiRequest,
): Found<(socket: WebSocket) => void> {
  const { world, queue, provisioner } = deployment;
  const refused = whyNoProvisioners(deployment);
  if (refused !== undefined) return { refused };
  const secret = request.headers["coder-provisioner-daemon-key"];
  const key = [...world.provisionerKeys.values()].find((one) => one.secret === secret);
  if (key === undefined) return { refused: problem(401, "provisioner daemon key invalid") };
  const name = request.query.get("name") ?? "";
  if (name === "") return { refused: problem(400, "name is required") };
  return {
    value: (socket) => {
      const { id, name: keyName, tags } = key;
      const daemon = queue.connect({ name, tags: withOwn(tags), key: { id, name: keyName } });
      socket.once("close", () => provisioner.disconnect(daemon));
      socket.on("error", () => socket.terminate());
    },
  };
}
