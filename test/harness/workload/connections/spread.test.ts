import { expect, test } from "vitest";
import { spread } from "../../../../harness/workload/connections/spread.ts";

function dealt(total: number, workspaces: number, sshShare: number) {
  const next = spread(
    Array.from({ length: workspaces }, (_, i) => i),
    sshShare,
  );
  return Array.from({ length: total }, next);
}

test.each([
  [10, 0.3, 3],
  [1000, 0.3, 300],
  [10_000, 0.7, 7000],
  [7, 0.5, 3],
  [5, 0, 0],
  [5, 1, 5],
])("%i connections with a share of %d yield %i over SSH", (total, share, ssh) => {
  expect(dealt(total, 3, share).filter(({ kind }) => kind === "ssh")).toHaveLength(ssh);
});

test("each kind is spread evenly over the workspaces, whatever the share", () => {
  for (const share of [0.25, 0.5, 0.3]) {
    const connections = dealt(800, 4, share);
    for (const kind of ["ssh", "terminal"] as const) {
      const ofKind = connections.filter((one) => one.kind === kind);
      for (let workspace = 0; workspace < 4; workspace++)
        expect(ofKind.filter((one) => one.workspace === workspace)).toHaveLength(ofKind.length / 4);
    }
  }
});
