import { randomBytes } from "node:crypto";
import type { Answer } from "../../coder/http/answer.ts";
import { failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import { Limiter } from "../../tools/time/limiter.ts";

const IN_FLIGHT = 32;

interface Minted {
  readonly userId: string;
  readonly keyId: string;
}

/** A token that could not be deleted, with the reason. */
interface LeftToken {
  readonly kind: "token";
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}

/** Names of what a load of refbench mints. */
const OURS = /^bench-[0-9a-z]{12}-/;

/**
 * Deletes tokens that loads of refbench left behind at the caller, as when their process was killed. Returns those that
 * could not be deleted, and one sentence when the tokens could not be listed.
 */
export async function deleteLeftTokens(
  owner: CoderClient,
): Promise<{ readonly left: readonly LeftToken[]; readonly unasked: readonly string[] }> {
  const tokens = await owner.tokens("me");
  if (!tokens.ok)
    return { left: [], unasked: [`the caller's tokens cannot be listed: ${tokens.failure.message}`] };
  const left: LeftToken[] = [];
  for (const { id, token_name: name } of tokens.value) {
    if (!OURS.test(name)) continue;
    const deleted = await owner.deleteToken("me", id);
    if (!deleted.ok && !failedWith(deleted, 404))
      left.push({ kind: "token", id, name, reason: deleted.failure.message });
  }
  return { left, unasked: [] };
}

/** The tokens that this load minted: short-lived, named after it, and deleted at its end where their users stay. */
export class MintedTokens {
  readonly #name: string;
  readonly #lifetimeMs: number;
  #minted: Minted[] = [];

  constructor(prefix: string, lifetimeMs: number) {
    this.#name = `${prefix}-${randomBytes(4).toString("hex")}`;
    this.#lifetimeMs = lifetimeMs;
  }

  /** A token of the user, minted by the owner; a second of the same user needs another purpose. */
  async mint(owner: CoderClient, userId: string, purpose = "load"): Promise<Answer<string>> {
    const minted = await owner.mintToken(userId, `${this.#name}-${purpose}`, this.#lifetimeMs);
    if (!minted.ok) return minted;
    this.adopt(userId, minted.value.key);
    return { ...minted, value: minted.value.key };
  }

  /** Takes a login's session as one of its own. A key is `<id>-<secret>`. */
  adopt(userId: string, key: string): void {
    this.#minted.push({ userId, keyId: key.split("-", 1)[0] ?? "" });
  }

  /** Deletes those of users that stay; how many could not be deleted. The others go with their users. */
  async deleteThose(owner: CoderClient, stays: (userId: string) => boolean): Promise<number> {
    const staying = this.#minted.filter(({ userId }) => stays(userId));
    this.#minted = this.#minted.filter((token) => !staying.includes(token));
    const slots = new Limiter(IN_FLIGHT);
    const left = await Promise.all(
      staying.map(({ userId, keyId }) =>
        slots.run(async () => {
          const deleted = await owner.deleteToken(userId, keyId);
          return deleted.ok || failedWith(deleted, 404) ? 0 : 1;
        }),
      ),
    );
    return left.reduce<number>((sum, each) => sum + each, 0);
  }
}
