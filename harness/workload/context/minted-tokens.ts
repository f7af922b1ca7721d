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

/** Names of the tokens that a load creates. */
const OUR_NAME = /^bench-[0-9a-z]{12}-/;

/**
 * Deletes the caller's tokens that earlier loads left behind, for example because their process was killed.
 * Returns those that could not be deleted and, in `unasked`, a sentence if the tokens could not be listed.
 */
export async function deleteLeftTokens(
  owner: CoderClient,
): Promise<{ readonly left: readonly LeftToken[]; readonly unasked: readonly string[] }> {
  const tokens = await owner.tokens("me");
  if (!tokens.ok)
    return { left: [], unasked: [`the caller's tokens cannot be listed: ${tokens.failure.message}`] };
  const left: LeftToken[] = [];
  for (const { id, token_name: name } of tokens.value) {
    if (!OUR_NAME.test(name)) continue;
    const deleted = await owner.deleteToken("me", id);
    if (!deleted.ok && !failedWith(deleted, 404))
      left.push({ kind: "token", id, name, reason: deleted.failure.message });
  }
  return { left, unasked: [] };
}

/**
 * The tokens that this load created: short-lived and named after it. At the end, tokens of remaining users
 * are deleted.
 */
export class MintedTokens {
  readonly #name: string;
  readonly #lifetimeMs: number;
  #minted: Minted[] = [];

  constructor(prefix: string, lifetimeMs: number) {
    this.#name = `${prefix}-${randomBytes(4).toString("hex")}`;
    this.#lifetimeMs = lifetimeMs;
  }

  /**
   * Creates a token of the user, as the site admin. A second token of the same user needs another purpose.
   */
  async mint(owner: CoderClient, userId: string, purpose = "load"): Promise<Answer<string>> {
    const minted = await owner.mintToken(userId, `${this.#name}-${purpose}`, this.#lifetimeMs);
    if (!minted.ok) return minted;
    this.adopt(userId, minted.value.key);
    return { ...minted, value: minted.value.key };
  }

  /** Adds a login's session to the load's tokens. A key is `<id>-<secret>`. */
  adopt(userId: string, key: string): void {
    this.#minted.push({ userId, keyId: key.split("-", 1)[0] ?? "" });
  }

  /**
   * Deletes the tokens of remaining users. Returns how many could not be deleted. The other tokens go with
   * their users.
   */
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
