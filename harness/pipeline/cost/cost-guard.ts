import type { StageContext, WaitingPorts } from "../context/context.ts";
import { CostMeter, isCeilingNoted } from "./cost-meter.ts";

/** How often the reaper looks what an environment costs. */
const LOOK_MS = 2_000;
/** A run at work looks every second: one that has not ended itself after this hangs. */
const REACT_MS = 60_000;
/** How long a run that ends itself may take to hand over; Terraform alone has ten minutes for the calls that it began. */
const HAND_OVER_MS = 15 * 60_000;

/** The reaper's own eye on `--max-cost`: a ceiling must hold also where the run that watches it hangs, or there is none. */
export class CostGuard {
  readonly #context: StageContext<WaitingPorts>;
  readonly #meter: CostMeter;
  #lookAtMs = -Infinity;
  #reachedAtMs: number | undefined;

  constructor(context: StageContext<WaitingPorts>) {
    this.#context = context;
    this.#meter = new CostMeter(context);
  }

  /** Why the environment has to go now, or undefined; a run at work is given time to see that for itself. */
  async look({ atWork }: { readonly atWork: boolean }): Promise<string | undefined> {
    const { plan, ports } = this.#context;
    const now = ports.clock.elapsed();
    if (plan.cost?.ceiling === undefined || now < this.#lookAtMs) return undefined;
    this.#lookAtMs = now + LOOK_MS;
    const reached = (await this.#meter.look())?.reached;
    if (reached === undefined || !atWork) return reached;
    this.#reachedAtMs ??= now;
    // A run that may be ending itself is given the time for it.
    const patienceMs = (await isCeilingNoted(this.#context)) === "no" ? REACT_MS : HAND_OVER_MS;
    return now - this.#reachedAtMs < patienceMs ? undefined : reached;
  }
}
