import { judgeMoments, strongest, readingsAtLeast } from "../judge-moments.ts";
import { type LimitRule, NOT_APPLICABLE } from "../rule.ts";
import { shown } from "../saturation.ts";

/** Ours: DERP drops a packet only when a client's queue is full. */
const DROPPED_PER_SECOND = 1;
/** Coder's pass mark for connections. */
const CARRIED = 0.9;

export const bandwidth: LimitRule = {
  id: "bandwidth",
  limit: "the bandwidth of tunnels through coderd",
  condition:
    "while connections are held, DERP drops at least 1 packet a second; or less than 90 % of the messages of the load's traffic came back",
  source:
    "Tailscale, derp: a packet is dropped when a client's queue is full; one a second: ours. 90 % of the throughput: Coder's pass mark for connections (coder/internal #888)",
  indicates: "coderd or the network cannot carry the traffic that passes through DERP",
  advice:
    "let users connect directly (STUN, UDP), add workspace proxies, or give coderd more CPU and network",
  confidence: "medium",
  judge: (load) => {
    const { connections, apps } = load.measurements;
    if (connections.asked === 0 && (apps?.asked ?? 0) === 0) return NOT_APPLICABLE;
    const among = load.moments.filter(
      ({ window }) => window.terminal + window.ssh > 0 || window.stage === "scenario",
    );
    const { due = 0, back = 0 } = connections.traffic ?? {};
    if (due > 0 && back < CARRIED * due && among.length > 0) {
      const evidence = {
        ...{ figure: "connections.traffic.back", value: back },
        words: `${back} of ${due} messages came back complete (less than 90 %)`,
      };
      const held = among.map((moment) => ({ moment, strength: due / Math.max(1, back), evidence }));
      return { state: "judged", held, among: among.length };
    }
    return judgeMoments(load, {
      among,
      needs: "packets dropped by DERP",
      read: (moment) => {
        const dropped = strongest(
          readingsAtLeast(load, moment, {
            figure: "coderd.derp-dropped",
            least: DROPPED_PER_SECOND,
            words: ({ of, value }) =>
              `DERP of ${of} dropped ${shown(value)} packets a second (at least ${DROPPED_PER_SECOND})`,
          }),
        );
        if (dropped !== undefined || due === 0) return dropped;
        // Everything that was sent over the connections came back: nothing was dropped for good.
        const evidence = { figure: "connections.traffic.back", value: back, words: "all traffic came back" };
        return { isHeld: false, strength: 0, evidence };
      },
    });
  },
};
