import fc from "fast-check";
import { CoderLogReader } from "../../../harness/observation/logs/coder-log.ts";
import { LogKinds } from "../../../harness/observation/logs/kinds.ts";
import { printed } from "../laws.ts";
import { textNear } from "../mutations.ts";
import { accepted, type Target, target } from "../target.ts";

const SECRET = "PLANTEDSECRET0123456789";

const LOG = `2026-11-30 05:00:17.224 [erro]  pubsub: pubsub disconnected from postgres  error="pq: terminating connection due to administrator command"
2026-11-30 05:00:17.240 [warn]  coderd: slow request  error="id ${SECRET} of postgres://coder:${SECRET}@10.0.0.7:5432/coder?sslmode=disable"
2026-11-30 05:00:17.608 [erro]  provisionerd-vm-2.runner: flush queued logs  job_id=d18bb01b-6eb4-4630-812d-4329765bbfee ...
    error= get job: dial tcp 127.0.0.1:5499: connect: connection refused
           	storj.io/drpc/drpcwire.UnmarshalError:26
{"ts":"2026-11-30T05:00:17.224Z","level":"ERROR","msg":"failed","logger_names":["coderd"],"fields":{"error":"Authorization: Bearer ${SECRET}"}}
panic: runtime error: invalid memory address or nil pointer dereference`;

/** Where a password of any length stands in what programs write. */
const CONTEXTS: readonly ((secret: string) => string)[] = [
  (secret) => `postgres://coder:${secret}@database:5432/coder`,
  (secret) => `CODER_PG_PASSWORD=${secret}`,
  (secret) => `"password": "${secret}"`,
  (secret) => `{\\"password\\":\\"${secret}\\"}`,
  (secret) => `session_token: ${secret}`,
  (secret) => `Authorization: Bearer ${secret}`,
  (secret) => `Coder-Session-Token: ${secret}`,
  (secret) => `GET /api/v2/x?token=${secret}&after=1`,
  (secret) => `client secret is ${secret}`,
  (secret) => `user=coder password=${secret} host=db`,
];

/** Characters of passwords that the project's own writers make, and others without blanks and quotes. */
const password = fc
  .stringMatching(/^[A-Za-z0-9!$%()*+.:<>^_{|}~-]{8,40}$/)
  // A part of the words around it would be found in them.
  .filter((text) => /[0-9]/.test(text) && /[A-Za-z]/.test(text));

/** Logs of Coder, which refbench keeps without secrets. */
export const logs: readonly Target[] = [
  target({
    name: "logs: Coder's lines",
    secret: SECRET,
    inputs: textNear([LOG, LOG]),
    read: (bytes: Uint8Array) => accepted(...kindsOf(Buffer.from(bytes).toString())),
  }),
  target({
    name: "logs: passwords in their places",
    inputs: fc.tuple(password, fc.constantFrom(...CONTEXTS), fc.string({ maxLength: 30 })),
    read: ([secret, context, noise]: readonly [string, (secret: string) => string, string]) => {
      const line = `2026-11-30 05:00:17.224 [erro]  coderd: ${noise.replaceAll(secret, "")} ${context(secret)} it failed`;
      const kept = kindsOf(line);
      if (kept.some((text) => text.includes(secret)))
        throw new Error(`a kept line holds ${secret}: ${kept.join()}`);
      return accepted(...kept);
    },
  }),
];

function kindsOf(text: string): string[] {
  const kinds = new LogKinds();
  const reader = new CoderLogReader(({ level, message }) =>
    kinds.add({ of: "coderd", level, message, atMs: 0 }),
  );
  for (const line of text.split("\n")) reader.line(line);
  reader.end();
  return kinds.list().map(({ message }) => printed(message));
}
