/** What `cargo xtask build` made; `xtask/src/assets.rs` writes it. */

/** One file under the asset base. */
export interface Asset {
  /** Name under the asset base. */
  file: string;
  /** SHA-256 of the bytes, lower-case hexadecimal. */
  sha256: string;
  /** Length in bytes, uncompressed. */
  bytes: number;
}

/** Every file by its role. */
export interface Manifest {
  /** The document of the photo frame. */
  frame: Asset;
  /** The script of the frame's worker. */
  worker: Asset;
  /** The wasm, by the instructions it needs. */
  wasm: { simd128: Asset; relaxed: Asset };
  /** The networks, by name. */
  models: Record<string, Asset>;
}
