// Vite gives a file's text for imports that end in `?raw`.
declare module "*.c?raw" {
  const text: string;
  export default text;
}

// AssemblyScript, under a name that no TypeScript compiler takes for its own.
declare module "*.as?raw" {
  const text: string;
  export default text;
}

declare module "*.wat?raw" {
  const text: string;
  export default text;
}
