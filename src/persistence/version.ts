// Which version of the package this is. A page has no package.json to read; a test holds the two together.

export const GASWORKS_VERSION = "0.1.0";
