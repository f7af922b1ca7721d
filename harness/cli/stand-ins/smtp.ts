import { Command, Option } from "commander";
import type { Io } from "../../composition/settings/io.ts";
import { count } from "../../tools/quantities.ts";
import { outputOption } from "../options/output-option.ts";
import { addHelpNotes } from "../help-notes.ts";

interface SmtpFlags {
  readonly hostAddress: string;
  readonly smtpPort: number;
  readonly apiPort: number;
  readonly purgeAtCount: number;
  readonly output: "text" | "json";
}

/** `refbench smtp`: where Coder mails during `scaletest notifications`. */
export function smtpCommand(io: Io): Command {
  const port = (flag: string, env: string, what: string): Option =>
    new Option(`${flag} <n>`, `port of ${what}; 0 = any free one`)
      .env(env)
      .default(0)
      .argParser(count(flag, 0, 65_535));
  const command = new Command("smtp")
    .addOption(
      new Option("--host-address <address>", "address to listen on")
        .env("CODER_SCALETEST_SMTP_HOST_ADDRESS")
        .default("127.0.0.1"),
    )
    .addOption(port("--smtp-port", "CODER_SCALETEST_SMTP_PORT", "the SMTP server"))
    .addOption(port("--api-port", "CODER_SCALETEST_SMTP_API_PORT", "the API that tells what came"))
    .addOption(
      new Option("--purge-at-count <n>", "mails to keep; the oldest beyond are dropped")
        .env("CODER_SCALETEST_SMTP_PURGE_AT_COUNT")
        .default(100_000)
        .argParser(count("--purge-at-count", 1, 10_000_000)),
    )
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }));
  return addHelpNotes(command, {
    examples: [
      "refbench smtp --smtp-port 2525 --api-port 8026",
      "refbench scaletest notifications -t kubernetes --user-count 100 --smtp-api-url http://127.0.0.1:8026",
    ],
    notes: [
      "Start Coder with CODER_EMAIL_SMARTHOST=<host>:<port> and a CODER_EMAIL_FROM. No mail is sent on, and no login or TLS is asked for: listen where only Coder reaches it.",
    ],
  }).action(async (flags: SmtpFlags) => {
    const { startSmtpSink } = await import("../../../rehearsal/stand-ins/smtp-sink.ts");
    const sink = await startSmtpSink({
      host: flags.hostAddress,
      smtpPort: flags.smtpPort,
      apiPort: flags.apiPort,
      most: flags.purgeAtCount,
    });
    const { smtpAddress, apiUrl } = sink;
    io.stdout.write(
      flags.output === "json"
        ? `${JSON.stringify({ smtp: smtpAddress, api: apiUrl })}\n`
        : `SMTP at ${smtpAddress}\nAPI  at ${apiUrl}\n`,
    );
    await new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, resolve);
    });
    const { received, kept } = sink.counts();
    await sink.close();
    if (flags.output === "text") io.stdout.write(`${received} mails received, ${kept} kept\n`);
  });
}
