import type { StageContext, WaitingPorts } from "../context/context.ts";
import { CostMeter, isCeilingNoted } from "./cost-meter.ts";

/** How often the reaper checks what an environment costs. */
const LOOK_MS = 2_000;
/** A working run checks every second. If it has not ended itself after this time, it hangs. */
const REACT_MS = 60_000;
/**
 * How long a run that ends itself may take to hand over. Terraform alone may take ten minutes for calls that
 * it began.
 */
const HAND_OVER_MS = 15 * 60_000;

/** The reaper's own check of `--max-cost`: the ceiling must also hold when the run that watches it hangs. */
export class CostGuard {
  readonly #context: StageContext<WaitingPorts>;
  readonly #meter: CostMeter;
  #lookAtMs = -Infinity;
  #reachedAtMs: number | undefined;

  constructor(context: StageContext<WaitingPorts>) {
    this.#context = context;
    this.#meter = new CostMeter(context);
  }

  /** Why the environment must go now, or undefined. A working run first gets time to end itself. */
  async look({ atWork }: { readonly atWork: boolean }): Promise<string | undefined> {
    const { plan, ports } = this.#context;
    const now = ports.clock.elapsed();
    if (plan.cost?.ceiling === undefined || now < this.#lookAtMs) return undefined;
    this.#lookAtMs = now + LOOK_MS;
    const reached = (await this.#meter.look())?.reached;
    if (reached === undefined || !atWork) return reached;
    this.#reachedAtMs ??= now;
    // The run may be ending itself already: give it time.
    const patienceMs = (await isCeilingNoted(this.#context)) === "no" ? REACT_MS : HAND_OVER_MS;
    return now - this.#reachedAtMs < patienceMs ? undefined : reached;
  }
}
