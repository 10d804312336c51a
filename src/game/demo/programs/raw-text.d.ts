// Vite gives a file's text for imports that end in `?raw`.
declare module "*.c?raw" {
  const text: string;
  // oxlint-disable-next-line import/no-default-export -- the shape is Vite's
  export default text;
}
