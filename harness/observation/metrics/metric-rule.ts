import type { Pubsub } from "../../model/observation/observation.ts";
import type { SeriesName } from "../../model/observation/series.ts";
import type { MetricValue } from "./read-text.ts";

/** How a series follows from metrics of one name. All label sets that match are added up. */
export interface MetricRule {
  readonly series: SeriesName;
  readonly metric: string;
  /** The thing, where it is not the place's. All rules of one series name the same. */
  readonly of?: string;
  /**
   * `gauge`: the sum as it is. `count`: how many label sets there are. `rate`: the growth of a counter in one
   * second. `events`: the growth of a histogram's count. `p95`: the percentile of a histogram since the reading before.
   */
  readonly as: "gauge" | "count" | "rate" | "events" | "p95";
  /** Only these label sets. A server that has others alone has a sum of 0. */
  readonly where?: (value: MetricValue) => boolean;
  /** Whether a value says something; others are skipped. */
  readonly isValid?: (value: number) => boolean;
  /** Only where coderd uses this pub/sub; where it does not show which, only Postgres'. */
  readonly pubsub?: Pubsub;
  /** Multiplies the value, such as 1,000 for milliseconds. @default 1 */
  readonly by?: number;
  /** Why the server may lack it. Absent = other versions lack it, which is not reported. */
  readonly without?: string;
}
