import { Option } from "commander";
import { RefbenchError } from "../../../tools/error.ts";
import { count, duration } from "../../../tools/quantities.ts";
import { refuseFlag } from "../options/reach-options.ts";
import { MOST_WORKSPACES } from "../options/values.ts";
import { addTemplateOption } from "../options/workspace-options.ts";
import type { ScenarioCommand } from "./scenario-command.ts";

/** As commander returns them. */
interface Flags {
  readonly userCount: number;
  readonly templateAdminPercentage: number;
  readonly rounds: number;
  readonly smtpApiUrl?: string;
  readonly notificationTimeout: number;
  readonly dialTimeout: number;
  readonly smtpRequestTimeout: number;
}

const MINUTE_MS = 60_000;

/** `scaletest notifications`. */
export const notifications: ScenarioCommand<Flags> = {
  name: "notifications",
  does: "let new users follow their inboxes, delete a short-lived template, and time the notifications of its template admins",
  jobTimeout: "in place of --dial-timeout and --notification-timeout",
  examples: [
    "refbench scaletest notifications -t kubernetes --user-count 100 --dry-run",
    "refbench scaletest notifications -t kubernetes --user-count 1000 --smtp-api-url http://127.0.0.1:8026",
  ],
  addOptions(command) {
    addTemplateOption(command)
      .addOption(
        new Option("-c, --user-count <n>", "users to create, who follow their inboxes")
          .env("CODER_SCALETEST_NOTIFICATION_USER_COUNT")
          .argParser(count("--user-count", 1, MOST_WORKSPACES))
          .makeOptionMandatory(),
      )
      .addOption(
        new Option("--template-admin-percentage <n>", "how many of them are template admins, at least one")
          .env("CODER_SCALETEST_NOTIFICATION_TEMPLATE_ADMIN_PERCENTAGE")
          .default(20)
          .argParser(percentage),
      )
      .addOption(
        new Option("--rounds <n>", "templates that are made and deleted, one after the other")
          .env("REFBENCH_SCALETEST_NOTIFICATION_ROUNDS")
          .default(1)
          .argParser(count("--rounds", 1, 1000)),
      )
      .addOption(
        new Option(
          "--smtp-api-url <url>",
          "API of `refbench smtp`, to which Coder mails (default: mails are not looked for)",
        )
          .env("CODER_SCALETEST_SMTP_API_URL")
          .argParser(apiUrl),
      )
      .addOption(
        new Option("--notification-timeout <duration>", "until a notification counts as missing")
          .env("CODER_SCALETEST_NOTIFICATION_TIMEOUT")
          .default(10 * MINUTE_MS, "10m")
          .argParser(duration("--notification-timeout")),
      )
      .addOption(
        new Option("--dial-timeout <duration>", "until the stream of an inbox is open")
          .env("CODER_SCALETEST_DIAL_TIMEOUT")
          .default(10 * MINUTE_MS, "10m")
          .argParser(duration("--dial-timeout")),
      )
      .addOption(
        new Option("--smtp-request-timeout <duration>", "for each question to the sink")
          .env("CODER_SCALETEST_SMTP_REQUEST_TIMEOUT")
          .default(5 * MINUTE_MS, "5m")
          .argParser(duration("--smtp-request-timeout")),
      );
    refuseFlag(command, "--provisioner-tag <tag>", "no provisioner runs anything of this load: remove it");
  },
  read: ({ userCount, templateAdminPercentage, rounds, smtpApiUrl, jobTimeout, ...times }) => ({
    users: userCount,
    connectTimeout: jobTimeout || times.dialTimeout,
    runTimeout: jobTimeout || times.notificationTimeout,
    ownScenario: {
      scenario: "notifications",
      notifications: {
        templateAdmins: Math.max(1, Math.floor((userCount * templateAdminPercentage) / 100)),
        rounds,
        smtpRequestMs: times.smtpRequestTimeout,
        ...(smtpApiUrl === undefined ? {} : { smtpApiUrl }),
      },
    },
  }),
};

function percentage(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 100) return value;
  throw new RefbenchError(
    "usage",
    `--template-admin-percentage is "${text}", expected a number above 0 and at most 100: without a template admin nobody is notified`,
  );
}

function apiUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return text;
  throw new RefbenchError(
    "usage",
    `--smtp-api-url is "${text}", expected a URL such as http://127.0.0.1:8026, as "refbench smtp" prints it`,
  );
}
