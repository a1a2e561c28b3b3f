// Has ES modules find packages as nodepath.mjs says.
const { register } = require("node:module");
const { pathToFileURL } = require("node:url");
register("./nodepath.mjs", pathToFileURL(__filename));
