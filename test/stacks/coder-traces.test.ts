import { describe, expect, test } from "vitest";
import { resolveSize } from "../../reference-architectures/catalogue.ts";
import { coderEnvironment } from "../../stacks/coder-environment.ts";

const COLLECTOR = "http://collector.example:4317";

function environmentWith(coderTraces?: string): Record<string, string> {
  const overrides = coderTraces === undefined ? {} : { coderTraces };
  return coderEnvironment(resolveSize("gke", "canary", overrides).figures);
}

test("Coder traces only where a collector was named, and then to it", () => {
  const untraced = environmentWith();
  expect(Object.keys(untraced).filter((name) => /TRACE|OTEL/.test(name))).toEqual([]);
  expect(environmentWith("off")).toEqual(untraced);
  expect(environmentWith(COLLECTOR)).toEqual({
    ...untraced,
    CODER_TRACE_ENABLE: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: COLLECTOR,
  });
});

describe("the collector", () => {
  test.each([
    ["a password, which everybody who sees the pods could read", "http://user:secret@collector:4317"],
    ["another protocol", "grpc://collector:4317"],
    ["a second line, which would be another variable", "http://collector:4317\nCODER_X=y"],
    ["a space", "http://collector:4317 x"],
    ["a part that Terraform would expand", "http://${x}:4317"],
    ["no host", "http://:4317"],
    ["a query", "http://collector:4317?token=x"],
    ["nothing but a switch", "on"],
  ])("is refused with %s", (_, url) => {
    expect(() => environmentWith(url)).toThrow(/coderTraces .*expected off, or the URL of a collector/s);
  });

  test.each([
    "https://collector",
    "http://10.0.0.9:4317",
    "http://[::1]:4317",
    "http://otel.svc.local:4317/",
  ])("may be %s", (url) => {
    expect(environmentWith(url)["OTEL_EXPORTER_OTLP_ENDPOINT"]).toBe(url);
  });
});
