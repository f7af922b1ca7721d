import type { Moment, ObservedLoad } from "../limits/observed-load.ts";
import type { ClaimRule } from "./claim-rule.ts";
import { coderCores, databaseCores, total } from "./totals.ts";
import { fourDigits } from "../../model/observation/four-digits.ts";

const SCALE_2023 = "Coder, admin/scale (2023): roughly 8 cores for 30 concurrent builds";
const SCALE_POSTGRES = "Coder, admin/scale (2023): Postgres uses up to 1.5 cores";
const VALIDATED = "Coder, validated architectures (2026)";
const TRAFFIC = "Coder, traffic projections for 2,000 users (2026)";

const MIB = 2 ** 20;
const PER_BUILD = {
  among: ({ running }: Moment) => running >= 1,
  without: "in which a build ran",
} as const;
/** Connections are held and no build disturbs them. */
const PER_CONNECTION = {
  among: ({ running, queued, window }: Moment) => running + queued < 0.5 && window.terminal + window.ssh >= 1,
  without: "in which connections were held and no build ran",
} as const;
const ALWAYS = { among: () => true, without: "under load" } as const;

const connections = ({ window }: Moment): number => window.terminal + window.ssh;
const usersOf = ({ measurements }: ObservedLoad): number => measurements.users.created;
/** A share of an amount above its base; a busy moment may lie below the base by noise. */
const above = (amount: number | undefined, base: number, by: number): number | undefined =>
  amount === undefined || by <= 0 ? undefined : Math.max(0, amount - base) / by;
/** Every user's share of an amount, without subtracting: rules of size give it as a whole. */
const perUser =
  (amount: (moment: Moment, load: ObservedLoad) => number | undefined): ClaimRule["value"] =>
  (moment, load) =>
    above(amount(moment, load), 0, usersOf(load));

const coderdCores = (moment: Moment, load: ObservedLoad) => total(load, "coderd.cpu", moment);
const requests = (moment: Moment, load: ObservedLoad) => total(load, "coderd.requests", moment);
const withCoder = (moment: Moment, load: ObservedLoad) => coderCores(load, moment);
const withDatabase = (moment: Moment, load: ObservedLoad) => databaseCores(load, moment);
const memory = (moment: Moment, load: ObservedLoad) => total(load, "coderd.memory", moment);
const sessions = (moment: Moment, load: ObservedLoad) => total(load, "database.connections", moment);
const terraformMemory = (moment: Moment, load: ObservedLoad) => total(load, "terraform.memory", moment);

/**
 * The figures that sizing rests on. Each is computed in every sample that carries it, so that its range over the run is
 * known; a base load, where one is subtracted, is the least of the samples before the first build and connection.
 */
export const CLAIM_RULES: readonly ClaimRule[] = [
  {
    // (CPU of coderd and Terraform - base) / running builds, in samples with a running build.
    ...{
      id: "coder-cores-per-build",
      words: "CPU of coderd and Terraform for each running build",
      unit: "cores",
    },
    ...{ needs: "CPU of coderd and of Terraform's processes", ...PER_BUILD, amount: withCoder },
    published: [
      { value: fourDigits(8 / 30), source: SCALE_2023, is: "typical" },
      { value: 0.5, source: `${VALIDATED}: 1 vCPU for every 2 concurrent builds`, is: "at-most" },
    ],
    value: (moment, load, base) => above(coderCores(load, moment), base, moment.running),
  },
  {
    // Memory of Terraform's processes / running builds: without a build there is no such process.
    ...{ id: "terraform-memory-per-build", words: "memory of Terraform for each running build", unit: "MiB" },
    ...{ needs: "memory of Terraform's processes", ...PER_BUILD },
    published: [{ value: 512, source: `${VALIDATED}: 1 GB for every 2 concurrent builds`, is: "at-most" }],
    value: (moment, load) => above(terraformMemory(moment, load), 0, moment.running * MIB),
  },
  {
    // CPU of the database as a whole, in every sample under load.
    ...{ id: "database-cores", words: "CPU of Postgres under load", unit: "cores" },
    ...{ needs: "CPU of the database", ...ALWAYS },
    published: [{ value: 1.5, source: SCALE_POSTGRES, is: "at-most" }],
    value: (moment, load) => databaseCores(load, moment),
  },
  {
    ...{ id: "database-cores-per-build", words: "CPU of Postgres for each running build", unit: "cores" },
    ...{ needs: "CPU of the database", ...PER_BUILD, amount: withDatabase, published: [] },
    value: (moment, load, base) => above(databaseCores(load, moment), base, moment.running),
  },
  {
    ...{ id: "database-connections-per-build", words: "connections to Postgres for each running build" },
    ...{
      unit: "connections",
      needs: "connections to the database",
      ...PER_BUILD,
      amount: sessions,
      published: [],
    },
    value: (moment, load, base) => above(sessions(moment, load), base, moment.running),
  },
  {
    ...{
      id: "database-cores-per-connection",
      words: "CPU of Postgres for each held connection",
      unit: "cores",
    },
    ...{ needs: "CPU of the database", ...PER_CONNECTION, amount: withDatabase, published: [] },
    value: (moment, load, base) => above(databaseCores(load, moment), base, connections(moment)),
  },
  {
    ...{
      id: "database-connections-per-connection",
      words: "connections to Postgres for each held connection",
    },
    ...{ unit: "connections", needs: "connections to the database", ...PER_CONNECTION, amount: sessions },
    published: [],
    value: (moment, load, base) => above(sessions(moment, load), base, connections(moment)),
  },
  {
    // CPU of Postgres as a whole / users of the load.
    ...{ id: "database-cores-per-user", words: "CPU of Postgres for each user", unit: "cores" },
    ...{ needs: "CPU of the database", ...ALWAYS },
    published: [
      { value: 0.0008, source: `${TRAFFIC}: a median of 80 % of 2 vCPU`, is: "typical" },
      { value: 0.008, source: `${VALIDATED}: 8 vCPU for 1,000 users`, is: "at-most" },
    ],
    isPerUser: true,
    value: perUser(withDatabase),
  },
  {
    // CPU of coderd's processes as a whole / users, without Terraform, which the rule of size counts by builds.
    ...{
      id: "coderd-cores-per-user",
      words: "CPU of coderd for each user, without Terraform",
      unit: "cores",
    },
    ...{ needs: "CPU of coderd", ...ALWAYS },
    published: [
      { value: 0.004, source: `${VALIDATED}: 1 vCPU for every 250 users`, is: "at-most" },
      { value: 0.0015, source: `${TRAFFIC}: a median of 3 vCPU`, is: "typical" },
    ],
    isPerUser: true,
    value: perUser(coderdCores),
  },
  {
    ...{
      id: "coderd-memory-per-user",
      words: "memory of coderd for each user, without Terraform",
      unit: "MiB",
    },
    ...{ needs: "memory of coderd", ...ALWAYS },
    published: [{ value: 8.192, source: `${VALIDATED}: 2 GB for every 250 users`, is: "at-most" }],
    isPerUser: true,
    value: perUser((moment, load) => {
      const bytes = memory(moment, load);
      return bytes === undefined ? undefined : bytes / MIB;
    }),
  },
  {
    // (Memory of coderd - base) / connected agents.
    ...{
      id: "coderd-memory-per-workspace",
      words: "memory of coderd for each connected workspace",
      unit: "MiB",
    },
    ...{ needs: "memory of coderd and connected agents", amount: memory, published: [] },
    ...{ among: ({ window }: Moment) => window.ready >= 1, without: "in which a workspace was ready" },
    value: (moment, load, base) => {
      // Every replica counts all agents.
      const agents = Math.max(0, ...load.values("coderd.agents", moment).map(({ value }) => value));
      return above(memory(moment, load), base, (agents > 0 ? agents : moment.window.ready) * MIB);
    },
  },
  {
    ...{ id: "requests", words: "API requests to coderd", unit: "a second" },
    ...{ needs: "API requests", ...ALWAYS, published: [] },
    value: requests,
  },
  {
    ...{ id: "requests-per-user", words: "API requests to coderd for each user", unit: "a second" },
    ...{ needs: "API requests", ...ALWAYS },
    published: [
      { value: 0.175, source: `${TRAFFIC}: 350 a second while dashboards are read`, is: "typical" },
      { value: 0.125, source: `${TRAFFIC}: 250 a second with terminals and apps`, is: "typical" },
    ],
    isPerUser: true,
    value: perUser(requests),
  },
];
