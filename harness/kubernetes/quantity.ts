const QUANTITY = /^([+-]?[0-9.]+)(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?[0-9]+))?$/;

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * Returns a Kubernetes quantity such as `500m`, `1.5`, `64Gi` or `1e3` as a number; undefined for any other text.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(text: string): number | undefined {
  const [, number = "", suffix = "", exponent] = QUANTITY.exec(text) ?? [];
  const value = Number(number) * (exponent === undefined ? (FACTORS[suffix] ?? 1) : 10 ** Number(exponent));
  return number === "" || !Number.isFinite(value) ? undefined : value;
}
