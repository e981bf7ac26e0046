/** The build puts the manifest into the shell's script, so that the digests are as old as what checks them. */
declare module '#manifest' {
  const manifest: import('./manifest.js').Manifest;
  export default manifest;
}
