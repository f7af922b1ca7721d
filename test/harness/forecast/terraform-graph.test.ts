import { cp } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { readStackGraph, type StackGraph } from "../../../harness/forecast/stack-graph.ts";
import { architectures } from "../../../reference-architectures/catalogue.ts";
import { servePlugins } from "../../rehearsal/twin/in-process-plugin.ts";
import { Twin } from "../../rehearsal/twin/workdir.ts";
import { synthesize } from "../../stacks/synthesize.ts";

const hasTerraform = await execa("terraform", ["version"], { reject: false }).then(
  ({ exitCode }) => exitCode === 0,
);
if (!hasTerraform) console.warn("SKIPPED: no terraform on PATH, so our graph is not compared with its graph");

/** Everything that each block waits for, directly or by others. */
type Closure = ReadonlyMap<string, ReadonlySet<string>>;

function closureOf(
  edges: ReadonlyMap<string, ReadonlySet<string>>,
  wanted: (name: string) => boolean,
): Closure {
  const reach = (name: string, seen: Set<string>): Set<string> => {
    for (const next of edges.get(name) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      reach(next, seen);
    }
    return seen;
  };
  return new Map(
    [...edges.keys()]
      .filter(wanted)
      .sort()
      .map((name) => [name, new Set([...reach(name, new Set())].filter(wanted).sort())]),
  );
}

/** The edges of `terraform graph -type=plan`, of every node that it draws, providers and locals among them. */
function terraformEdges(dot: string): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = new Map<string, Set<string>>();
  const nameOf = (label: string): string => label.replace(/^\[root\] /, "").replace(/ \(expand\)$/, "");
  const line = /^\s*"(?<from>(?:[^"\\]|\\.)+)"(?: -> "(?<to>(?:[^"\\]|\\.)+)")?/gm;
  for (const { groups } of dot.matchAll(line)) {
    const { from = "", to } = groups ?? {};
    const own = edges.get(nameOf(from)) ?? new Set();
    if (to !== undefined) own.add(nameOf(to));
    edges.set(nameOf(from), own);
  }
  return edges;
}

function ourEdges({ nodes }: StackGraph): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(nodes.map(({ address, after }) => [address, new Set(after)]));
}

test.runIf(hasTerraform).each([...architectures.values()].map(({ name }) => name))(
  "%s: the graph of each stack has the blocks and the order of terraform's own",
  async (name) => {
    const { region, zone, stacks } = architectures.get(name)!;
    const synthesis = await synthesize({ architecture: name, size: "canary", region, zone });
    await using twin = await Twin.prepare();
    await cp(join(synthesis.folder, "cdktf.out/stacks"), join(twin.root, "stacks"), { recursive: true });
    for (const stack of stacks) {
      const directory = join(twin.root, "stacks", stack);
      await twin.terraform(directory, ["init", "-input=false"]);
      await using plugins = await servePlugins(twin.env);
      const { stdout } = await execa("terraform", ["graph", "-type=plan"], {
        cwd: directory,
        env: { ...twin.env, ...plugins.variables },
        extendEnv: false,
      });
      const graph = readStackGraph(stack, synthesis.stacks[stack]);
      const known = new Set(graph.nodes.map(({ address }) => address));
      const isBlock = (address: string): boolean => /^(data\.)?[a-z0-9]+_\w+\.[\w-]+$/.test(address);
      const theirs = closureOf(terraformEdges(stdout), isBlock);
      expect([...theirs.keys()]).toEqual([...known].sort());
      expect(closureOf(ourEdges(graph), () => true)).toEqual(theirs);
    }
  },
);
