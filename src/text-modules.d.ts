// esbuild and vitest load these as strings.
declare module '*.proto' {
  const text: string;
  export default text;
}
