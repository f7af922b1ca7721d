/** The functions of jstat in use; the package has no types. */
declare module "jstat" {
  const jstat: {
    readonly jStat: {
      median(values: readonly number[]): number;
      mean(values: readonly number[]): number;
      /** Standard deviation of a sample. */
      stdev(values: readonly number[], ofSample: true): number;
      readonly normal: { inv(probability: number, mean: number, deviation: number): number };
      /** The regularized incomplete beta function of `value`. */
      readonly beta: { cdf(value: number, a: number, b: number): number };
      /** `pdf(drawn marked, all, marked, drawn)`. */
      readonly hypgeom: { pdf(hits: number, all: number, marked: number, drawn: number): number };
      readonly studentt: {
        cdf(value: number, freedom: number): number;
        inv(probability: number, freedom: number): number;
      };
    };
  };
  export default jstat;
}
