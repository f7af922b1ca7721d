import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, execaSync } from "execa";
import { parse, parseAllDocuments } from "yaml";
import type { TerraformJson } from "../synthesize.ts";

/** Coder's own chart, for whoever has it: a folder with its dependencies (`helm dependency build`), or an archive. */
export const CHART = process.env["REFBENCH_CODER_CHART"];

/** Why the chart is not rendered here; undefined where it is. */
export function reasonToSkip(): string | undefined {
  if (CHART === undefined || CHART === "") return "REFBENCH_CODER_CHART names no chart";
  return execaSync("helm", ["version"], { reject: false }).failed ? "no helm on PATH" : undefined;
}

/** The manifests that the chart makes of the values of a release. */
export async function renderChart(
  release: TerraformJson,
  values: unknown,
  chart = CHART,
): Promise<readonly TerraformJson[]> {
  const file = join(await mkdtemp(join(tmpdir(), "refbench-chart-")), "values.json");
  await writeFile(file, JSON.stringify(values));
  const { stdout } = await execa("helm", [
    ...["template", release.name as string, chart!, "--namespace", "coder"],
    ...["--values", file],
  ]);
  return parseAllDocuments(stdout)
    .map((document): TerraformJson => document.toJS())
    .filter((manifest) => manifest !== null);
}

/** Returns the chart's default values. */
export async function defaultValues(): Promise<TerraformJson> {
  const { stdout } = await execa("helm", ["show", "values", CHART!]);
  return parse(stdout);
}

/** Coder as it will run: as our values ask for it, or as the chart made it of them. */
export interface CoderDeployment {
  readonly replicas: number;
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly resources: TerraformJson;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
  readonly affinity: TerraformJson;
  readonly labels: Readonly<Record<string, string>>;
  readonly service: { readonly type: string; readonly annotations: Readonly<Record<string, string>> };
}

/** Returns the deployment that our values describe. */
export function deploymentOfValues({ coder }: TerraformJson): CoderDeployment {
  const { image, replicaCount, podLabels, ...same } = coder;
  return { ...same, replicas: replicaCount, image: `ghcr.io/coder/coder:${image.tag}`, labels: podLabels };
}

/** Returns the deployment that the chart's manifests describe. */
export function deploymentOfManifests(manifests: readonly TerraformJson[]): CoderDeployment {
  const { spec } = manifests.find(({ kind }) => kind === "Deployment");
  const service = manifests.find(({ kind }) => kind === "Service");
  const pod = spec.template.spec;
  const [container] = pod.containers;
  return {
    replicas: spec.replicas,
    image: container.image,
    env: container.env,
    resources: container.resources,
    nodeSelector: pod.nodeSelector,
    tolerations: pod.tolerations,
    affinity: pod.affinity,
    labels: spec.template.metadata.labels,
    service: { type: service.spec.type, annotations: service.metadata.annotations },
  };
}
