import { isVirtualDevice } from "../process/virtual-device.ts";
import type { MetricRule } from "./metric-rule.ts";

/** Modes of CPU time that are not use: the same as for a machine that is read by `/proc`. */
const UNUSED = ["idle", "iowait", "steal", "guest", "guest_nice"];
const PSI = "the node exporter does not have it: the kernel lacks CONFIG_PSI, or the collector is off";

const leaves: Pick<MetricRule, "where"> = {
  where: (value) => !isVirtualDevice(value.label("device") ?? ""),
};

/** Metrics of Prometheus' node exporter. */
export const NODE_RULES: readonly MetricRule[] = [
  {
    ...{ series: "node.cpu", metric: "node_cpu_seconds_total", as: "rate" },
    where: (value) => !UNUSED.includes(value.label("mode") ?? ""),
  },
  {
    ...{ series: "node.cores", metric: "node_cpu_seconds_total", as: "count" },
    where: (value) => value.label("mode") === "idle",
  },
  { series: "node.memory", metric: "node_memory_MemTotal_bytes", as: "gauge" },
  { series: "node.memory", metric: "node_memory_MemAvailable_bytes", as: "gauge", by: -1 },
  { series: "node.memory-size", metric: "node_memory_MemTotal_bytes", as: "gauge" },
  {
    ...{ series: "node.cpu-pressure", metric: "node_pressure_cpu_waiting_seconds_total", as: "rate" },
    without: PSI,
  },
  {
    ...{ series: "node.memory-pressure", metric: "node_pressure_memory_waiting_seconds_total", as: "rate" },
    without: PSI,
  },
  {
    ...{ series: "node.io-pressure", metric: "node_pressure_io_waiting_seconds_total", as: "rate" },
    without: PSI,
  },
  { series: "node.received", metric: "node_network_receive_bytes_total", as: "rate", ...leaves },
  { series: "node.sent", metric: "node_network_transmit_bytes_total", as: "rate", ...leaves },
  // The control group of Coder on a machine that the run made, as stacks/google/startup/figures.sh writes it.
  {
    ...{ series: "container.cpu", of: "coderd/coderd", metric: "refbench_coder_cpu_microseconds_total" },
    ...{ as: "rate", by: 1e-6 },
  },
  { series: "container.memory", of: "coderd/coderd", metric: "refbench_coder_memory_bytes", as: "gauge" },
  {
    ...{ series: "terraform.cpu", of: "coderd", metric: "refbench_terraform_cpu_microseconds_total" },
    ...{ as: "rate", by: 1e-6 },
  },
  { series: "terraform.memory", of: "coderd", metric: "refbench_terraform_memory_bytes", as: "gauge" },
  { series: "terraform.processes", of: "coderd", metric: "refbench_terraform_processes", as: "gauge" },
];
