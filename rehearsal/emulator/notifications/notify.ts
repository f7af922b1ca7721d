import { randomUUID } from "node:crypto";
import { createTransport } from "nodemailer";
import type { EmulatedDeployment } from "../context.ts";
import type { EmulatedTemplate, EmulatedUser } from "../state/types.ts";
import { now, type World } from "../state/world.ts";

/** Coder's own id of the notification of a deleted template. */
const TEMPLATE_DELETED = "29a09665-2a4c-403f-9648-54301670e7be";
const RECEIVERS = ["owner", "template-admin"];

/** How notifications are sent besides the inbox. */
export function methodOf({ config }: World): string {
  return config.env["CODER_NOTIFICATIONS_METHOD"] ?? "smtp";
}

/**
 * Notifies owners and template admins of a deleted template, except the one who deleted it: in the inbox, and by mail
 * where CODER_EMAIL_SMARTHOST says where to. Coder looks for notifications every 15 s; here they are sent at once.
 */
export function notifyOfDeletion(
  { world, faults }: EmulatedDeployment,
  template: EmulatedTemplate,
  by: EmulatedUser,
): void {
  const title = `Template "${template.name}" deleted`;
  const receivers = [...world.users.values()].filter(
    ({ id, roles }) => id !== by.id && roles.some((role) => RECEIVERS.includes(role)),
  );
  for (const user of world.users.values()) {
    const notification = {
      id: randomUUID(),
      user_id: user.id,
      template_id: TEMPLATE_DELETED,
      targets: [template.id, world.organization.id],
      title,
      content: `The template ${template.name} was deleted by ${by.username}.`,
      icon: "DEFAULT_ICON_TEMPLATE",
      actions: [],
      read_at: null,
      created_at: now(),
    };
    const right = receivers.includes(user) ? [{ notification, unread_count: 1 }] : [];
    const sent = faults.inbox?.({ notification, unread_count: 1 }, user.username) ?? right;
    for (const send of world.inboxes.get(user.id) ?? []) sent.forEach(send);
  }
  mail(world, title, receivers);
}

/** Nobody waits for a mail, as in Coder, which tries again later. */
function mail({ config: { env } }: World, subject: string, receivers: readonly EmulatedUser[]): void {
  const smarthost = env["CODER_EMAIL_SMARTHOST"] ?? "";
  if (smarthost === "") return;
  const { hostname, port } = new URL(`smtp://${smarthost}`);
  const transport = createTransport({ host: hostname, port: Number(port || 587), ignoreTLS: true });
  const sent = receivers.map(({ email }) =>
    transport
      .sendMail({
        from: env["CODER_EMAIL_FROM"] ?? "coder@example.com",
        to: email,
        subject,
        html: `<a href="/settings/notifications?disabled=${TEMPLATE_DELETED}">Stop receiving emails like this</a>`,
      })
      .catch(() => undefined),
  );
  void Promise.all(sent).then(() => transport.close());
}
