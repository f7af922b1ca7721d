import { readClusterState } from "../../kubernetes/shared/cluster-state.ts";
import { artefactsCheck } from "../artefacts.ts";
import { advised, type Check, type CheckOutcome, passed, unknown } from "../check.ts";
import type { KubernetesContext } from "./context.ts";
import { imagesOf } from "./sample-pods.ts";

/**
 * Checks the images and the chart. What the nodes have is known from their own lists; otherwise this machine asks the
 * registries, as for a cloud. Whether a node can pull is known only once a pod does: provision ends the apply as soon as
 * a pod reports that it cannot.
 */
export const imagesCheck: Check<KubernetesContext> = {
  name: "artefacts",
  fix: (context) => artefactsCheck.fix(context),
  after: ["identity"],
  run: async (context, signal): Promise<CheckOutcome> => {
    const { call, size, choice } = context;
    const images = [...new Set(Object.values(imagesOf(size.figures, choice)))];
    const state = await readClusterState(call, signal);
    const usable = state.state === "read" ? state.nodes.filter(({ unusable }) => unusable === undefined) : [];
    const absent = images.filter(
      (image) =>
        usable.length === 0 || !usable.every((node) => node.images.some((name) => isSame(name, image))),
    );
    const own = choice.chart === undefined ? "" : `; chart ${choice.chart}`;
    if (absent.length === 0 && choice.chart !== undefined)
      return passed(`every node has ${images.join(", ")}${own}`);
    const asked = await artefactsCheck.run({ ...context, runner: "local" }, signal);
    if (choice.images === undefined && choice.chart === undefined) return asked;
    const there = images.filter((image) => !absent.includes(image));
    const words = [
      ...(there.length === 0 ? [] : [`every node has ${there.join(", ")}`]),
      ...(absent.length === 0 ? [] : [`not on every node: ${absent.join(", ")}`]),
    ].join("; ");
    const found = `${words}${own}; asked from this machine: ${asked.found}`;
    // The cluster may have a registry of its own, which this machine does not reach.
    return asked.state === "ok"
      ? advised(found, "nothing to do: a pod that cannot pull ends the run before its load")
      : unknown(found);
  },
};

/** Whether a node's name of an image is the wanted one: `postgres:16` is `docker.io/library/postgres:16`. */
function isSame(name: string, wanted: string): boolean {
  return fullName(name) === fullName(wanted);
}

function fullName(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  if (hasHost) return image;
  return rest.length === 0 ? `docker.io/library/${image}` : `docker.io/${image}`;
}
