/** Addresses of uploaded pictures: pure. */

const SIZES = [160, 480, 1080]; // commerce/commands/offering.py
const UPLOADED = /^(\/images\/[0-9a-f]+\/)\d+\.webp$/;

/** Whether a picture was uploaded here; it has an address of its own in each size. */
export function isUploaded(url: string): boolean {
  return UPLOADED.test(url);
}

/** The sizes of an uploaded picture, of which the browser takes what its screen needs; "" for pictures from elsewhere. */
export function sourceSet(url: string): string {
  const found = UPLOADED.exec(url);
  return found === null ? "" : SIZES.map((size) => `${found[1]}${size}.webp ${size}w`).join(", ");
}
