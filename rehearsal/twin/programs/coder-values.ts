import { z } from "zod";
import { CloudError } from "../cloud/cloud-error.ts";
import type { Values } from "../values/value.ts";

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const reference = z.object({ name: z.string(), key: z.string(), optional: z.boolean().default(false) });

const mounts = z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]);

/** The values of Coder's chart that decide what runs, with the chart's own defaults; others are ignored, as by Helm. */
const chart = z.object({
  coder: z
    .object({
      image: z.object({ tag: text.default("") }).prefault({}),
      replicaCount: z.number().int().nonnegative().default(1),
      env: z
        .array(
          z.object({
            name: z.string(),
            value: text.optional(),
            valueFrom: z.object({ secretKeyRef: reference.optional() }).optional(),
          }),
        )
        .default([]),
      tls: z.object({ secretNames: z.array(z.string()).default([]) }).prefault({}),
      certs: z
        .object({ secrets: z.array(z.object({ name: z.string(), key: z.string() })).default([]) })
        .prefault({}),
      initContainers: z
        .array(z.object({ name: z.string(), image: z.string(), volumeMounts: mounts }))
        .default([]),
      volumes: z.array(z.object({ name: z.string() })).default([]),
      volumeMounts: mounts,
      nodeSelector: z.record(z.string(), text).default({}),
      service: z
        .object({
          enable: z.boolean().default(true),
          type: z.string().default("LoadBalancer"),
          annotations: z.record(z.string(), text).default({}),
          externalTrafficPolicy: z.enum(["Cluster", "Local"]).default("Cluster"),
        })
        .prefault({}),
      serviceAccount: z
        .object({ name: z.string().default("coder"), workspacePerms: z.boolean().default(true) })
        .prefault({}),
      envUseClusterAccessURL: z.boolean().default(true),
    })
    .prefault({}),
});
export type CoderValues = z.infer<typeof chart>["coder"];

/** Reads the values as Coder's chart does; a value of the wrong type fails as its template would. */
export function readCoderValues(values: Values): CoderValues {
  const checked = chart.safeParse(values);
  if (checked.success) return checked.data.coder;
  throw new CloudError("installation failed", {
    detail: `execution error at (coder/templates/coder.yaml): ${z.prettifyError(checked.error)}`,
  });
}
