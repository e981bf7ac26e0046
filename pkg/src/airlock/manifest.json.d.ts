/** The build puts the manifests into the shells' scripts, so that the digests are as old as what checks them. */
declare module '#manifest' {
  const manifest: import('./manifest.js').Manifest;
  export default manifest;
}

/** Of the try-on as the seller's page has it, in its own frame. */
declare module '#page-try-on-manifest' {
  const manifest: import('./manifest.js').PartsManifest;
  export default manifest;
}

/** Of the try-on, which has a frame, a worker, a wasm and networks of its own. */
declare module '#try-on-manifest' {
  const manifest: import('./manifest.js').Manifest;
  export default manifest;
}
