// Finds packages that an ES module imports in the folders of NODE_PATH too, as the Node.js runtimes of AWS do
// (Lambda guide, "Node.js": the SDK of the runtime and the packages of layers). Node.js itself looks there for CommonJS only.
import { basename, delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const folders = (process.env.NODE_PATH ?? "").split(delimiter).filter((folder) => basename(folder) === "node_modules");

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (problem) {
    if (problem.code !== "ERR_MODULE_NOT_FOUND" || /^[./]|:/.test(specifier)) throw problem;
    for (const folder of folders) {
      try {
        return await next(specifier, { ...context, parentURL: pathToFileURL(join(dirname(folder), "index.mjs")).href });
      } catch {
        // The next folder may have it.
      }
    }
    throw problem;
  }
}
