/** The example photo: Khronos' FlightHelmet (CC0), rendered before a beach (CC0); see README.md beside it. */

import cutOut from './helmet.webp?inline';
import photo from './helmet.jpg?inline';
import { strings } from '../strings.js';

/** Addresses that hold their pictures, 720 × 720. */
export const sample = { photo, cutOut } as const;

/** The example as if it had been dropped. The frame has no network, not even for its own addresses. */
export function sampleFile(): File {
  const bytes = Uint8Array.from(atob(photo.slice(photo.indexOf(',') + 1)), (letter) => letter.charCodeAt(0));
  return new File([bytes], strings.demo.file, { type: 'image/jpeg' });
}
