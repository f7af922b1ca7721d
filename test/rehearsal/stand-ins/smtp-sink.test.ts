import { createTransport } from "nodemailer";
import { expect, test } from "vitest";
import { startSmtpSink } from "../../../rehearsal/stand-ins/smtp-sink.ts";

/** A sink that keeps two mails, and what it answers. */
async function openSink() {
  const sink = await startSmtpSink({ host: "127.0.0.1", smtpPort: 0, apiPort: 0, most: 2 });
  const { hostname, port } = new URL(`smtp://${sink.smtpAddress}`);
  const transport = createTransport({ host: hostname, port: Number(port), ignoreTLS: true });
  return {
    smtpPort: Number(port),
    ask: async (path: string, method = "GET"): Promise<unknown> =>
      (await fetch(`${sink.apiUrl}${path}`, { method })).json(),
    send: (to: string[], subject: string, html = "") =>
      transport.sendMail({ from: "coder@example.com", to, subject, html }),
    counts: () => sink.counts(),
    [Symbol.asyncDispose]: async () => {
      transport.close();
      await sink.close();
    },
  };
}

const KIND = "29a09665-2a4c-403f-9648-54301670e7be";

test("each mail is kept once for each of its addresses, with its kind and how long ago it came", async () => {
  await using sink = await openSink();
  await sink.send(
    ["a@example.com", "B@example.com"],
    "Template “x” deleted, which is long enough for a second line of the header, and even for a third one",
    `${"filler ".repeat(50)}<a href="http://coder/settings/notifications?disabled=${KIND}">stop</a>`,
  );
  await expect.poll(() => sink.counts()).toEqual({ received: 2, kept: 2 });
  expect(await sink.ask("/messages?email=b@EXAMPLE.com&subject=even%20for")).toEqual([
    {
      to: "B@example.com",
      subject: expect.stringMatching(/^Template “x” deleted.*third one$/),
      notification_template_id: KIND,
      date: expect.any(String),
      age_ms: expect.any(Number),
    },
  ]);
  expect(await sink.ask("/messages?subject=other")).toEqual([]);
});

test("the newest mails are kept, and all are counted", async () => {
  await using sink = await openSink();
  for (const subject of ["1", "2", "3"]) await sink.send(["a@example.com"], subject);
  await expect.poll(() => sink.counts()).toEqual({ received: 3, kept: 2 });
  expect(await sink.ask("/messages")).toMatchObject([{ subject: "2" }, { subject: "3" }]);
  expect(await sink.ask("/purge", "POST")).toEqual({ received: 3, kept: 0 });
});

test("a port that is taken is named", async () => {
  await using first = await openSink();
  const most = { host: "127.0.0.1", apiPort: 0, most: 1 };
  await expect(startSmtpSink({ ...most, smtpPort: first.smtpPort })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("--smtp-port"),
  });
});
