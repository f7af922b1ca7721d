import type { TargetResult } from "./campaign.ts";

/** A campaign's figures, and how each finding is played again. */
export function fuzzText(seed: number, results: readonly TargetResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length), "target".length);
  const row = (name: string, ...cells: readonly (string | number)[]): string =>
    `${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(10)).join("")}`;
  const sum = (key: "cases" | "accepted" | "refused"): number =>
    results.reduce((total, one) => total + one[key], 0);
  const findings = results.flatMap(({ name, finding }) => (finding === undefined ? [] : [{ name, finding }]));
  return [
    `fuzz, seed ${seed}: ${results.length} targets, ${findings.length} findings`,
    row("target", "cases", "accepted", "refused"),
    ...results.map(({ name, cases, accepted, refused }) => row(name, cases, accepted, refused)),
    row("all", sum("cases"), sum("accepted"), sum("refused")),
    ...findings.flatMap(({ name, finding: { why, input, path } }) => [
      "",
      `FOUND in ${name}: ${why}`,
      `  with ${input}`,
      `  npm run fuzz -- --only ${JSON.stringify(name)} --seed ${seed} --path ${path}`,
    ]),
    "",
  ].join("\n");
}
