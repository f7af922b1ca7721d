import { ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { COLLECTOR_VARIABLES, findCollectorVariable } from "../../model/environment/collector.ts";

/** How long a run's end waits for a collector, in milliseconds. */
export interface Patience {
  /** The exporter's own limit for an answer and its retries. */
  readonly answerMs: number;
  /** The limit whatever the exporter does: its own one does not hold while an answer trickles in. */
  readonly giveUpMs: number;
}

/** A collector that answers at all answers within this time. */
const PATIENCE: Patience = { answerMs: 5_000, giveUpMs: 8_000 };

/**
 * Sends spans to the collector that OpenTelemetry's variables of this process name. Returns why it did not take them, or
 * undefined. Never throws, and never quotes an address or an answer: either may hold a secret.
 */
export async function sendSpans(
  spans: readonly ReadableSpan[],
  env: NodeJS.ProcessEnv,
  { answerMs, giveUpMs }: Patience = PATIENCE,
): Promise<string | undefined> {
  const variable = findCollectorVariable(env) ?? COLLECTOR_VARIABLES[1];
  // The exporter would take its default address for one that it cannot read.
  if (!/^https?:$/.test(protocolOf(env[variable] ?? "")))
    return `${variable} is not the URL of a collector: expected one such as http://127.0.0.1:4318`;
  const exporter = new OTLPTraceExporter({ timeoutMillis: answerMs });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve(`the collector did not take the spans within ${giveUpMs / 1000} s`);
    }, giveUpMs);
  });
  try {
    return await Promise.race([late, exported(exporter, spans)]);
  } finally {
    clearTimeout(timer);
    // Its end may wait for the answer that did not come.
    void exporter.shutdown().catch(() => undefined);
  }
}

function protocolOf(url: string): string {
  try {
    return new URL(url.trim()).protocol;
  } catch {
    return "";
  }
}

function exported(exporter: OTLPTraceExporter, spans: readonly ReadableSpan[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    exporter.export([...spans], ({ error, code }) => {
      resolve(
        code === ExportResultCode.SUCCESS
          ? undefined
          : `the collector did not take the spans${reasonOf(error)}`,
      );
    });
  });
}

/** The status of an answer, or the kernel's word for a lost connection. */
function reasonOf(error: Error | undefined): string {
  const code = error !== undefined && "code" in error ? error.code : undefined;
  if (typeof code === "number") return `: it answered ${code}`;
  return typeof code === "string" && /^[A-Z_]+$/.test(code) ? `: ${code}` : "";
}
