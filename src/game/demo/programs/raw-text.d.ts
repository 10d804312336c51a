// Vite gives a file's text for imports that end in `?raw`.
declare module "*.c?raw" {
  const text: string;
  export default text;
}
