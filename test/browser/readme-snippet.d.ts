/** The README's code; see `test/support/readme-snippet.ts`. */
declare module "virtual:readme-snippet.ts" {}
