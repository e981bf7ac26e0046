/** Pictures that the bundler writes into the script, as `data:` addresses. */
declare module '*?inline' {
  const address: string;
  export default address;
}
