import { expect, test } from "vitest";
import { emulated } from "./driver.ts";

const HOST = "127.91.17.3";
const env = {
  CODER_PROVISIONER_DAEMONS: "7",
  CODER_PROMETHEUS_ENABLE: "true",
  CODER_PROMETHEUS_ADDRESS: "0.0.0.0:2112",
  CODER_PROMETHEUS_COLLECT_AGENT_STATS: "true",
};

test("metrics have Coder's names on a separate port, and count what happened", async () => {
  const driver = await emulated({ host: HOST, env });
  await driver.ready("measured");
  const text = await (await fetch(`http://${HOST}:2112/metrics`)).text();
  for (const line of [
    "coderd_provisionerd_num_daemons 7",
    'coderd_provisionerd_jobs_current{provisioner="terraform"} 0',
    'coderd_api_workspace_latest_build{status="running"} 1',
    'coderd_agents_connections{status="connected",lifecycle_state="ready"} 1',
    "coderd_agentstats_session_count_ssh 0",
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  // Labels and paths as a real server of 2.31 has them.
  expect(text).toMatch(
    /coderd_workspace_builds_total\{status="success",template_name="kubernetes",template_version="\w+",workspace_name="measured",workspace_owner="\w+",workspace_transition="START"\} 1\n/,
  );
  expect(text).toMatch(
    /coderd_provisionerd_job_timings_seconds_count\{provisioner="terraform",status="success"\} \d/,
  );
  expect(text).not.toMatch(/path="[^"]*\{(agent|build|version)\}/);
  expect(text).toMatch(/coderd_provisioner_job_queue_wait_seconds_count\{[^}]*transition="start"\} 1\n/);
  await driver.close();
});

test("a taken port is a warning and not an error; without the switch there are no metrics", async () => {
  const warnings: string[] = [];
  const first = await emulated({ host: HOST, env });
  const second = await emulated({ host: HOST, env }, { onWarning: (message) => void warnings.push(message) });
  expect(warnings).toHaveLength(1);
  await second.close();
  await first.close();
  const off = await emulated({ host: HOST, env: {} });
  await expect(fetch(`http://${HOST}:2112/metrics`)).rejects.toThrow();
  await off.close();
});
