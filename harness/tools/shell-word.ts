const PLAIN = /^[\w@%+=:,./-]+$/;

/** Quotes a word for the shell unless it is plain, so that a text cannot start another command. */
export function shellWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
