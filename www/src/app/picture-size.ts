/** Reads a picture's size from its first bytes, so that nothing is decoded that would not fit into memory. */

/** Size in pixels as stored, before any orientation; undefined where the format is not one of these. */
export interface PictureSize {
  width: number;
  height: number;
}

/** Camera data and previews before a JPEG's size take this much at most; seldom more than 64 KiB. */
const HEAD = 1 << 18;

export async function pictureSize(file: Blob): Promise<PictureSize | undefined> {
  const bytes = new DataView(await file.slice(0, HEAD).arrayBuffer());
  try {
    return readPng(bytes) ?? readJpeg(bytes) ?? readWebp(bytes) ?? readGif(bytes) ?? readBmp(bytes);
  } catch (error) {
    // The file ends within its header.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readPng(bytes: DataView): PictureSize | undefined {
  if (bytes.getUint32(0) !== 0x89504e47) return undefined;
  return { width: bytes.getUint32(16), height: bytes.getUint32(20) };
}

function readJpeg(bytes: DataView): PictureSize | undefined {
  if (bytes.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; ; ) {
    if (bytes.getUint8(at) !== 0xff) return undefined;
    const marker = bytes.getUint8(at + 1);
    // Fill bytes may stand before a marker.
    if (marker === 0xff) at++;
    // Start of frame, all kinds; C4, C8 and CC are tables.
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { height: bytes.getUint16(at + 5), width: bytes.getUint16(at + 7) };
    } else at += 2 + bytes.getUint16(at + 2);
  }
}

function readWebp(bytes: DataView): PictureSize | undefined {
  if (bytes.getUint32(0) !== 0x52494646 || bytes.getUint32(8) !== 0x57454250) return undefined;
  const uint24 = (at: number) => bytes.getUint16(at, true) | (bytes.getUint8(at + 2) << 16);
  switch (bytes.getUint32(12)) {
    case 0x56503858: // VP8X
      return { width: uint24(24) + 1, height: uint24(27) + 1 };
    case 0x5650384c: { // VP8L
      const packed = bytes.getUint32(21, true);
      return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
    }
    case 0x56503820: // VP8
      return { width: bytes.getUint16(26, true) & 0x3fff, height: bytes.getUint16(28, true) & 0x3fff };
    default:
      return undefined;
  }
}

function readGif(bytes: DataView): PictureSize | undefined {
  if (bytes.getUint32(0) !== 0x47494638) return undefined;
  return { width: bytes.getUint16(6, true), height: bytes.getUint16(8, true) };
}

function readBmp(bytes: DataView): PictureSize | undefined {
  if (bytes.getUint16(0) !== 0x424d) return undefined;
  return { width: Math.abs(bytes.getInt32(18, true)), height: Math.abs(bytes.getInt32(22, true)) };
}
