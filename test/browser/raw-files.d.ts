// Vite gives the text of a file that is imported with "?raw".

declare module "*.c?raw" {
  const text: string;
  export default text;
}

declare module "*.md?raw" {
  const text: string;
  export default text;
}

declare module "*.json?raw" {
  const text: string;
  export default text;
}

declare module "*.wast?raw" {
  const text: string;
  export default text;
}

// And where the page can fetch it, with "?url".
declare module "*.gws?url" {
  const url: string;
  export default url;
}
