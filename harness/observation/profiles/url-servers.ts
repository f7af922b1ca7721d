import { Agent } from "undici";
import { exchange, splitUrl } from "../../tools/exchange.ts";
import type { ProfileServers } from "./profiled.ts";

/** The pprof server of one coderd, by its URL: `http://127.0.0.1:6060`. */
export function urlServers(url: string): ProfileServers {
  const dispatcher = new Agent({ connections: 1 });
  return {
    ask: async (_of, path, limits) => {
      const { status, bytes } = await exchange({
        method: "GET",
        ...splitUrl(`${url}${path}`),
        headers: {},
        ...limits,
        dispatcher,
      });
      if (status !== 200) throw new Error(`the server of profiles answered with status ${status}`);
      return bytes;
    },
    close: () => dispatcher.destroy(),
  };
}
