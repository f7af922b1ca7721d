import { decodeLicence, licenceProblems, licenceWords, licensedFeatures } from "../../model/cloud/licence.ts";
import { messageOf } from "../../tools/error.ts";
import { type Check, type CheckOutcome, failedCheck, passed, skipped, unknown } from "./check.ts";
import { endOf, type PreflightContext } from "./context.ts";

/** Checks Terraform, which the teardown needs too. */
export const terraformCheck: Check<PreflightContext> = {
  name: "terraform",
  fix: () => 'run "refbench doctor", which lists missing programs and where to get them',
  run: async ({ terraform }, signal) => {
    try {
      const { version, path } = await terraform(signal);
      return passed(`terraform ${version} at ${path}`);
    } catch (error) {
      signal.throwIfAborted();
      return failedCheck(messageOf(error));
    }
  },
};

/** Checks the clouds' programs. Terraform and the bootstrap need them only after half an hour of billed creates. */
export const toolsCheck: Check<PreflightContext> = {
  name: "tools",
  fix: () => 'run "refbench doctor", which lists missing programs and where to get them',
  run: async ({ missingTools, emulated = false }) => {
    const missing = await missingTools();
    if (missing.length === 0)
      return passed("all programs that reach the cluster and the load runner are installed");
    const found = missing.map(({ tool, why }) => `${tool} is not on PATH (${why})`).join("; ");
    const fix = missing.map(({ next }) => next).join("; ");
    return emulated ? unknown(found, fix) : failedCheck(found, fix);
  },
};

/** Checks the licence, which would otherwise be refused after an hour of provisioning. */
export const licenceCheck: Check<PreflightContext> = {
  name: "licence",
  fix: ({ architecture }) =>
    `export REFBENCH_LICENCE_FILE=<path> with a licence for benchmarks, or choose a size without one: refbench architectures show ${architecture.name}`,
  run: (context) => Promise.resolve(licenceOutcome(context)),
};

function licenceOutcome(context: PreflightContext): CheckOutcome {
  const { size, licence, clock } = context;
  const { figures, name } = size;
  const features = licensedFeatures(figures);
  if (!figures.licensed) return skipped(`size ${name} does not need a licence`);
  const wanted = `size ${name} needs ${features.join(" and ")}`;
  if (licence === undefined || licence.trim() === "")
    return failedCheck(`no licence was given, but ${wanted}`);
  const decoded = decodeLicence(licence);
  if (decoded.state === "unreadable")
    return failedCheck(`the given licence is not a Coder licence: ${decoded.reason}`);
  const need = { users: figures.users, features, nowMs: clock.now(), untilMs: endOf(context) };
  const problems = licenceProblems(decoded.claims, need);
  if (problems.length === 0) return passed(licenceWords(decoded.claims));
  return failedCheck(
    problems.join("; "),
    "ask Coder for a licence for benchmarks (bound to no deployment, no telemetry required, enough seats), and export REFBENCH_LICENCE_FILE=<path>",
  );
}
