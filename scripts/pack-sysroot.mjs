// Writes `sysroot-c.tar`, the C library's files, into a folder: `node scripts/pack-sysroot.mjs FOLDER`.

import { packSysroot } from "../dist/toolchain/node.js";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Cannot pack the sysroot: expected a folder");
const { name, bytes } = await packSysroot(folder);
console.log(`${name}: ${bytes} bytes`);
