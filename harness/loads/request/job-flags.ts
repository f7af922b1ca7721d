import { RefbenchError } from "../../tools/error.ts";
import type { LoadFlags } from "./flags.ts";

/** Refuses the flags of a load by pods that contradict each other. Asks nobody. */
export function refuseJobFlags(flags: LoadFlags): void {
  const { runner, engine, loadNamespace } = flags;
  const refuse = (message: string): never => {
    throw new RefbenchError("usage", message);
  };
  if (runner === "local") {
    if (loadNamespace !== undefined)
      refuse("--load-namespace belongs to --runner job: add it or omit the flag");
    return;
  }
  if (engine !== "refbench")
    refuse(`--runner job belongs to refbench's own engine, and --engine is ${engine}: omit one of them`);
}
