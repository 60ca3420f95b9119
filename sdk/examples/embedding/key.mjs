// Prints the usable key of a provider: node key.mjs openai
//
// Node has no call into a library without an addon, and needs none: the command answers a key that
// is ready in a fraction of the time that Node takes to start.
import { execFileSync } from "node:child_process";

const provider = process.argv[2];
const { key, expires } = JSON.parse(
  execFileSync("pindus", ["auth", "key", provider, "--json"], { encoding: "utf8" }),
);
if (expires && expires < Date.now()) throw new Error(`the token of ${provider} has ended`);
console.log(key);
