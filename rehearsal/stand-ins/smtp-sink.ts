import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import PostalMime from "postal-mime";
import { SMTPServer, type SMTPServerDataStream } from "smtp-server";
import { messageOf, RefbenchError } from "../../harness/tools/error.ts";

/** A notification of Coder has about 10 KiB. */
const MOST_BYTES = 2 ** 20;
const LONGEST_SUBJECT = 500;
/** The footer of Coder's mails links to the setting of their kind. */
const KIND = /notifications\?disabled=([0-9a-f]{8}-[0-9a-f-]{27})/i;

export interface SmtpSinkOptions {
  /** Address of both servers. */
  readonly host: string;
  /** 0 = any free one. */
  readonly smtpPort: number;
  readonly apiPort: number;
  /** The newest mails are kept, up to this number. */
  readonly most: number;
}

/** One mail to one address. */
interface Mail {
  readonly to: string;
  readonly subject: string;
  /** The id of Coder's notification template. */
  readonly kind: string | undefined;
  readonly cameMs: number;
  readonly cameAt: string;
}

/** A running sink. */
export interface SmtpSink {
  /** `host:port`, for Coder's CODER_EMAIL_SMARTHOST. */
  readonly smtpAddress: string;
  readonly apiUrl: string;
  /** How many mails came since the start, and how many of them are kept. */
  counts(): { readonly received: number; readonly kept: number };
  close(): Promise<void>;
}

/**
 * Starts an SMTP server that accepts every mail, sends none on, and keeps when each came to whom. Its API answers
 * `GET /messages?email=&subject=` (address, part of the subject), `GET /counts` and `POST /purge`.
 */
export async function startSmtpSink({ host, smtpPort, apiPort, most }: SmtpSinkOptions): Promise<SmtpSink> {
  let mails: Mail[] = [];
  let received = 0;
  const counts = () => ({ received, kept: mails.length });
  const smtp = new SMTPServer({
    logger: false,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    hideSTARTTLS: true,
    size: MOST_BYTES,
    onData(stream, session, done) {
      const recipients = session.envelope.rcptTo.map(({ address }) => address);
      readMail(stream)
        .then((bytes) => {
          const [cameMs, cameAt] = [performance.now(), new Date().toISOString()];
          // The sender waits for no parsing.
          done();
          return parse(bytes).then((read) => {
            mails.push(...recipients.map((to) => ({ ...read, to, cameMs, cameAt })));
            received += recipients.length;
            if (mails.length > most) mails = mails.slice(-most);
          });
        })
        .catch((error: unknown) => done(new Error(messageOf(error))));
    },
  });
  // A sender that breaks off has sent nothing.
  smtp.on("error", () => undefined);
  const api = createServer((request, response) =>
    answer(request, response, {
      mails: () => mails,
      counts,
      purge: () => {
        mails = [];
      },
    }),
  );
  const smtpAt = await listening(smtp.server, host, smtpPort, "--smtp-port");
  let apiAt: number;
  try {
    apiAt = await listening(api, host, apiPort, "--api-port");
  } catch (error) {
    await closed(smtp);
    throw error;
  }
  const shown = host.includes(":") ? `[${host}]` : host;
  return {
    smtpAddress: `${shown}:${smtpAt}`,
    apiUrl: `http://${shown}:${apiAt}`,
    counts,
    async close() {
      api.closeAllConnections();
      await Promise.all([closed(smtp), closed(api)]);
    },
  };
}

/** The mail, or an error that its sender is told. */
async function readMail(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // What is too long is read to its end, and not kept.
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  if (bytes > MOST_BYTES) throw new Error(`552 the mail has more than ${MOST_BYTES} bytes`);
  return Buffer.concat(chunks);
}

/** A mail that cannot be read came all the same. */
async function parse(bytes: Buffer): Promise<Pick<Mail, "subject" | "kind">> {
  try {
    const { subject = "", html, text } = await PostalMime.parse(bytes);
    return { subject: subject.slice(0, LONGEST_SUBJECT), kind: KIND.exec(html ?? text ?? "")?.[1] };
  } catch {
    return { subject: "", kind: undefined };
  }
}

function answer(
  { method, url = "/" }: IncomingMessage,
  response: ServerResponse,
  sink: {
    readonly mails: () => readonly Mail[];
    readonly counts: () => object;
    readonly purge: () => void;
  },
): void {
  const { pathname, searchParams } = new URL(url, "http://sink");
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  switch (`${method ?? ""} ${pathname}`) {
    case "GET /messages": {
      const email = searchParams.get("email")?.toLowerCase() ?? "";
      const subject = searchParams.get("subject") ?? "";
      const found = sink
        .mails()
        .filter(
          (mail) => (email === "" || mail.to.toLowerCase() === email) && mail.subject.includes(subject),
        );
      const nowMs = performance.now();
      send(
        200,
        found.map((mail) => ({
          to: mail.to,
          subject: mail.subject,
          date: mail.cameAt,
          age_ms: Math.max(0, nowMs - mail.cameMs),
          ...(mail.kind === undefined ? {} : { notification_template_id: mail.kind }),
        })),
      );
      break;
    }
    case "GET /counts":
      send(200, sink.counts());
      break;
    case "POST /purge":
      sink.purge();
      send(200, sink.counts());
      break;
    default:
      send(404, { message: "expected GET /messages?email=&subject=, GET /counts or POST /purge" });
  }
}

function listening(server: Server, host: string, port: number, flag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void =>
      reject(
        new RefbenchError(
          "usage",
          `cannot listen on ${host}:${port}: ${error.message}; choose another ${flag}`,
        ),
      );
    server.once("error", refuse);
    server.listen(port, host, () => {
      server.off("error", refuse);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closed(server: { close(done: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
