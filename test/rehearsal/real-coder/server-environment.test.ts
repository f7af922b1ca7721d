import { expect, test } from "vitest";
import { serverEnvironment } from "../../../rehearsal/real-coder/server-environment.ts";

const PLACE = { url: "http://127.9.8.7:7080", databaseUrl: "postgres://db", folder: "/f" };
const of = (env: Record<string, string>, replicas = 1, own: NodeJS.ProcessEnv = {}): Record<string, string> =>
  serverEnvironment({ env, replicas }, PLACE, own);

test("one server has the daemons of all replicas, Coder's default being three", () => {
  expect(of({ CODER_PROVISIONER_DAEMONS: "30" }, 4)["CODER_PROVISIONER_DAEMONS"]).toBe("120");
  expect(of({}, 2)["CODER_PROVISIONER_DAEMONS"]).toBe("6");
});

test("the Helm values' settings of Coder reach the server", () => {
  expect(of({ CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true" })).toMatchObject({
    CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true",
  });
});

test("a server that shall trace knows its collector, and nothing else of OpenTelemetry", () => {
  const values = { CODER_TRACE_ENABLE: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4317" };
  expect(of({ ...values, OTEL_EXPORTER_OTLP_HEADERS: "x=y" })).toMatchObject(values);
  expect(of({ ...values, OTEL_EXPORTER_OTLP_HEADERS: "x=y" })).not.toHaveProperty(
    "OTEL_EXPORTER_OTLP_HEADERS",
  );
});

test("addresses and database are this machine's, whatever a pod's would be", () => {
  const pod = {
    CODER_HTTP_ADDRESS: "0.0.0.0:8080",
    CODER_ACCESS_URL: "http://coder.coder.svc.cluster.local",
    CODER_PG_CONNECTION_URL: "postgres://elsewhere",
    CODER_PROMETHEUS_ADDRESS: "0.0.0.0:2113",
    CODER_DERP_SERVER_RELAY_URL: "http://$(KUBE_POD_IP):8080",
    CODER_TLS_ENABLE: "true",
    KUBE_POD_IP: "10.0.0.1",
  };
  expect(of(pod)).toMatchObject({
    CODER_HTTP_ADDRESS: "127.9.8.7:7080",
    CODER_ACCESS_URL: "http://127.9.8.7:7080",
    CODER_PG_CONNECTION_URL: "postgres://db",
    CODER_PROMETHEUS_ADDRESS: "127.9.8.7:2113",
  });
  for (const name of ["CODER_DERP_SERVER_RELAY_URL", "CODER_TLS_ENABLE", "KUBE_POD_IP"])
    expect(of(pod)).not.toHaveProperty(name);
});

test("the server asks nobody outside, even if its values enable it", () => {
  expect(of({ CODER_TELEMETRY_ENABLE: "true", CODER_UPDATE_CHECK: "true" })).toMatchObject({
    CODER_TELEMETRY_ENABLE: "false",
    CODER_UPDATE_CHECK: "false",
    CODER_DERP_SERVER_STUN_ADDRESSES: "disable",
  });
});

test("only those variables of this process that programs need are passed on", () => {
  const env = of({}, 1, {
    PATH: "/bin",
    TF_VAR_db_password: "secret",
    CODER_SESSION_TOKEN: "secret",
    HOME: "/root",
  });
  expect(env).toMatchObject({ PATH: "/bin", HOME: "/f/home" });
  expect(JSON.stringify(env)).not.toContain("secret");
});
