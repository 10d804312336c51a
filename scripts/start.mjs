// `npm start`: installs what is missing, builds, and serves the game.

import { requireNode } from "./setup/require-node.mjs";

requireNode();
// Loaded only now: an old Node could not even read it.
void import("./setup/serve-game.mjs").then((module) => module.serveGame(process.argv.slice(2)));
