import { mkdirSync } from "node:fs";
import { App } from "cdktf";
import { casesOf } from "../../../scripts/validate/cases.ts";
import { addDeployment } from "../../../stacks/add-deployment.ts";

/** Synthesizes every size of every architecture, with each database and option, into folders below the argument. */
const [outdir = ""] = process.argv.slice(2);
mkdirSync(outdir, { recursive: true });
for (const { name, environment } of casesOf([])) {
  const app = new App({ outdir: `${outdir}/${name.replaceAll(/\W+/g, "-")}` });
  await addDeployment(app, { environment });
  app.synth();
}
