import { BlockList, isIPv4 } from "node:net";
import { advised, type Check, failedCheck, passed, skipped, unknown } from "../check.ts";
import type { Web } from "../web.ts";
import type { AwsContext } from "./context.ts";

/** Returns the caller's public address. AWS's own service, so that no other party learns of the run. */
const OWN_ADDRESS = "https://checkip.amazonaws.com/";

const TEARS_DOWN = "and the address of each machine that may run the teardown";
/** Checks that the cluster's API is reachable from this machine, for Terraform and for the teardown. */
export const clusterAccessCheck: Check<AwsContext> = {
  name: "cluster-access",
  fix: () => `--cluster-cidr <this machine's public address>/32, ${TEARS_DOWN}`,
  after: ["identity"],
  run: async ({ web, emulated = false, clusterCidrs = [] }, signal) => {
    if (emulated) return skipped("an emulated cluster is only reached from this machine");
    const address = await ownAddress(web, signal);
    if (clusterCidrs.length === 0) {
      return advised(
        "the cluster's API is reachable from anywhere, protected only by AWS permissions",
        `--cluster-cidr ${address ?? "<this machine's public address>"}/32, ${TEARS_DOWN}`,
      );
    }
    const ranges = clusterCidrs.join(", ");
    if (address === undefined)
      return unknown(`cannot determine whether this machine's public address is in ${ranges}`);
    if (isIn(address, clusterCidrs)) return passed(`this machine's address ${address} is in ${ranges}`);
    return failedCheck(
      `this machine's public address ${address} is not in ${ranges}, so Terraform could not reach the cluster`,
      `--cluster-cidr ${address}/32 in addition to the others`,
    );
  },
};

async function ownAddress(web: Web, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { status, text } = await web({ method: "GET", url: OWN_ADDRESS }, signal);
    return status === 200 && isIPv4(text.trim()) ? text.trim() : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function isIn(address: string, cidrs: readonly string[]): boolean {
  const ranges = new BlockList();
  for (const cidr of cidrs) {
    const [net = "", bits = "32"] = cidr.split("/");
    ranges.addSubnet(net, Number(bits));
  }
  return ranges.check(address);
}
