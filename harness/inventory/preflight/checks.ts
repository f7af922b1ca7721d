import { decodeLicence, licenceProblems, licenceWords, licensedFeatures } from "../../model/cloud/licence.ts";
import { messageOf } from "../../tools/error.ts";
import { type Check, type CheckOutcome, failed, passed, skipped, unknown } from "./check.ts";
import { endOf, type PreflightContext } from "./context.ts";

/** Terraform itself: without it there is no teardown either. */
export const terraformCheck: Check<PreflightContext> = {
  name: "terraform",
  fix: () => 'run "refbench doctor", which names what is missing and where to get it',
  run: async ({ terraform }, signal) => {
    try {
      const { version, path } = await terraform(signal);
      return passed(`terraform ${version} at ${path}`);
    } catch (error) {
      signal.throwIfAborted();
      return failed(messageOf(error));
    }
  },
};

/** The clouds' own programs: met by Terraform after half an hour of billed creates, or by the bootstrap after that. */
export const toolsCheck: Check<PreflightContext> = {
  name: "tools",
  fix: () => 'run "refbench doctor", which names what is missing and where to get it',
  run: async ({ missingTools, emulated = false }) => {
    const missing = await missingTools();
    if (missing.length === 0) return passed("what reaches the cluster and the load runner is here");
    const found = missing.map(({ tool, why }) => `${tool} is not on PATH (${why})`).join("; ");
    const fix = missing.map(({ next }) => next).join("; ");
    return emulated ? unknown(found, fix) : failed(found, fix);
  },
};

/** A licence that would be refused after an hour of provisioning is refused now. */
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
  if (!figures.licensed) return skipped(`size ${name} needs none`);
  const wanted = `size ${name} needs ${features.join(" and ")}`;
  if (licence === undefined || licence.trim() === "") return failed(`no licence was given, and ${wanted}`);
  const decoded = decodeLicence(licence);
  if (decoded.state === "unreadable") return failed(`what was given is no Coder licence: ${decoded.reason}`);
  const need = { users: figures.users, features, nowMs: clock.now(), untilMs: endOf(context) };
  const problems = licenceProblems(decoded.claims, need);
  if (problems.length === 0) return passed(licenceWords(decoded.claims));
  return failed(
    problems.join("; "),
    "ask Coder for a licence for benchmarks (bound to no deployment, no telemetry required, enough seats), and export REFBENCH_LICENCE_FILE=<path>",
  );
}
