const USD = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

/** An amount of USD to the cent, its thousands apart: `$1,204.50`. */
export function formatUsd(amount: number): string {
  return USD.format(amount);
}
