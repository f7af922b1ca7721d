import { between } from "../../../harness/observation/metrics/between.ts";
import { CODERD_RULES } from "../../../harness/observation/metrics/coderd-rules.ts";
import { type Gathered, gather } from "../../../harness/observation/metrics/gather.ts";
import { NODE_RULES } from "../../../harness/observation/metrics/node-rules.ts";
import { textNear } from "../mutations.ts";
import { accepted, refused, type Target, target } from "../target.ts";

const METRICS = `# HELP coderd_api_request_latencies_seconds Latency distribution of requests in seconds.
# TYPE coderd_api_request_latencies_seconds histogram
coderd_api_request_latencies_seconds_bucket{method="GET",path="/api/v2/users",le="0.1"} 12
coderd_api_request_latencies_seconds_bucket{method="GET",path="/api/v2/users",le="+Inf"} 14
coderd_api_requests_processed_total{code="429",method="GET",path="/a\\"b\\\\c\\n"} 1.5e+03 1700000000000
coderd_agents_connections{agent_name="main",status="connected",workspace_name="w"} 1
process_start_time_seconds 1.7e+09
process_cpu_seconds_total 4.25
go_goroutines NaN
go_sql_max_open_connections 0
node_cpu_seconds_total{cpu="0",mode="user"} 12
node_cpu_seconds_total{cpu="0",mode="idle"} +Inf
`;

/** Metrics of servers, in Prometheus' text format. */
export const metrics: readonly Target[] = (["coderd", "node"] as const).map((role) =>
  target({
    name: `metrics: figures of a ${role}`,
    inputs: textNear([METRICS, METRICS]),
    read: (bytes: Uint8Array) => {
      const rules = role === "node" ? NODE_RULES : CODERD_RULES;
      const [before, now] = [gather(METRICS, rules), gather(Buffer.from(bytes).toString(), rules)];
      const read = (atSeconds: number, gathered: Gathered) => ({ atSeconds, gathered });
      const samples = between("c", rules, read(10, before), read(20, now));
      for (const { series, value } of samples)
        if (!Number.isFinite(value)) throw new Error(`the value of ${series} is ${value}`);
      return now.text.values === 0 ? refused() : accepted();
    },
  }),
);
