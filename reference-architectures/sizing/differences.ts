import { BUILD_RULES, type BuildRule, coresForBuilds } from "../capacity/build-rules.ts";
import { coresByUsers, type Need } from "./need.ts";
import { formatNumber } from "./number-words.ts";
import { BUILDS_RULE, FEWEST_PUBLISHED, TESTED_DATABASE, USERS_RULE, VALIDATED_PAGE } from "./published.ts";

/** Published rules that give different figures for the same load. The largest is taken. */
export interface RuleDifference {
  /** Such as "vCPU of coderd". */
  readonly what: string;
  /** The largest first. */
  readonly rules: readonly {
    readonly words: string;
    readonly value: number;
    readonly date: string;
  }[];
}

/** The words and the date of each rule for builds. */
const BUILD_RULE_WORDS: Readonly<Record<BuildRule, readonly [string, string]>> = {
  "seed-2023": ["seed, from Coder's page of 2023: 8 vCPU for 30 builds", "2023-01"],
  "measured-2024": ["Coder's test of 2,000 users: 0.35 vCPU a build", "2024-02"],
  "formula-2024": [
    `${VALIDATED_PAGE.name}: ${BUILDS_RULE.cores} vCPU for every ${BUILDS_RULE.builds} builds`,
    VALIDATED_PAGE.date,
  ],
  "validated-2025": [`${VALIDATED_PAGE.name}, its table: 1 vCPU a build`, VALIDATED_PAGE.date],
};

/** Returns the published rules that differ for a need. */
export function differencesOf({ position, coder, provisioners, database }: Need): readonly RuleDifference[] {
  const byUsers = coresByUsers(position.users);
  const all: RuleDifference[] = [
    {
      what: "vCPU of coderd",
      rules: [
        {
          words: `${VALIDATED_PAGE.name}, its table`,
          value: coder.count * coder.cores,
          date: VALIDATED_PAGE.date,
        },
        {
          words: `the same page: 1 vCPU for every ${USERS_RULE.users} users`,
          value: byUsers,
          date: VALIDATED_PAGE.date,
        },
      ],
    },
    {
      what: "GiB of coderd",
      rules: [
        {
          words: `${VALIDATED_PAGE.name}, its table`,
          value: coder.count * coder.memoryGib,
          date: VALIDATED_PAGE.date,
        },
        {
          words: `the same page: ${USERS_RULE.memoryGib} GB for every ${USERS_RULE.users} users`,
          value: byUsers * USERS_RULE.memoryGib,
          date: VALIDATED_PAGE.date,
        },
      ],
    },
    {
      what: "vCPU of builds",
      rules: (Object.keys(BUILD_RULES) as BuildRule[]).map((rule) => ({
        words: BUILD_RULE_WORDS[rule][0],
        value: Number(coresForBuilds(rule, provisioners.count).toFixed(2)),
        date: BUILD_RULE_WORDS[rule][1],
      })),
    },
    ...(position.users > TESTED_DATABASE.users
      ? []
      : [
          {
            what: "vCPU of Postgres",
            rules: [
              {
                words: `${VALIDATED_PAGE.name}, its table, in proportion`,
                value: database.cores,
                date: VALIDATED_PAGE.date,
              },
              {
                words: `${TESTED_DATABASE.name}: ${formatNumber(TESTED_DATABASE.users)} users on ${TESTED_DATABASE.cores} vCPU`,
                value: TESTED_DATABASE.cores,
                date: TESTED_DATABASE.date,
              },
            ],
          },
        ]),
  ];
  return all
    .filter(({ what }) => position.users >= FEWEST_PUBLISHED || !what.includes("coderd"))
    .filter(({ rules }) => new Set(rules.map(({ value }) => value)).size > 1)
    .map(({ what, rules }) => ({ what, rules: rules.toSorted((one, other) => other.value - one.value) }));
}
