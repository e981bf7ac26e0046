/** The files around the photo frame, of which no manifest tells; `xtask/src/build.rs` writes the list. */
declare const files: import('vitrine/airlock/manifest').Asset[];
export default files;
