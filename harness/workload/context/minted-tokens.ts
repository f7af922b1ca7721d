import { randomBytes } from "node:crypto";
import type { Answer } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";

/** A token or session, by its id and its user's. */
interface Minted {
  readonly id: string;
  readonly userId: string;
}

/**
 * The tokens that this load created: short-lived and named after it. At the end, the load deletes
 * those of users that remain.
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
  async mint(admin: CoderClient, userId: string, purpose = "load"): Promise<Answer<string>> {
    const minted = await admin.mintToken(userId, `${this.#name}-${purpose}`, this.#lifetimeMs);
    if (!minted.ok) return minted;
    this.adopt(userId, minted.value.key);
    return { ...minted, value: minted.value.key };
  }

  /** Adds a login's session to the load's tokens. A key is `<id>-<secret>`. */
  adopt(userId: string, key: string): void {
    this.#minted.push({ userId, id: key.split("-", 1)[0] ?? "" });
  }

  /** Hands over the tokens of these users, for deletion. The other tokens go with their users. */
  take(isTaken: (userId: string) => boolean): readonly Minted[] {
    const taken = this.#minted.filter(({ userId }) => isTaken(userId));
    this.#minted = this.#minted.filter(({ userId }) => !isTaken(userId));
    return taken;
  }
}
