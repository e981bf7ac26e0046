/** What `cargo xtask build` made; `xtask/src/assets.rs` writes it. */

/** One file under the asset base. */
export interface Asset {
  /** Name under the asset base. */
  file: string;
  /** SHA-256 of the bytes, lower-case hexadecimal. */
  sha256: string;
  /** Length in bytes, uncompressed. */
  bytes: number;
  /** Where the file is a gzip of what `sha256` and `bytes` speak of: its own length in bytes. */
  packed?: number;
}

/** What runs in a frame, whichever document it has. */
export interface PartsManifest {
  /** The script of the frame's worker. */
  worker: Asset;
  /** The wasm, by the instructions it needs. */
  wasm: { simd128: Asset; relaxed: Asset };
  /** The networks, by name: `fast`, and `best` where it is served or known. */
  models: Record<string, Asset>;
}

/** Every file by its role. */
export interface Manifest extends PartsManifest {
  /** The document of the photo frame. */
  frame: Asset;
  /** The same frame in an enclosure that has the camera; only the try-on's has one. */
  camera?: Asset;
}
