/** What the merchant wrote on the element, read and checked. */

import { VitrineError } from '../engine/types.js';
import { KINDS, USUAL_WIDTH, type Kind } from './types.js';

/** As merchants write it, in the attribute `variants`. */
export interface Variant {
  sku: string;
  /** Address of its picture, relative to the page. */
  product: string;
  /** What the shopper reads, such as `Tortoise`. */
  label: string;
  /** Its width in millimetres; the element's own where absent. */
  'width-mm'?: number;
}

/** A product that can be tried on. */
export interface Product {
  sku: string;
  /** Absolute. */
  address: string;
  label: string;
  widthMm: number;
}

export interface Products {
  kind: Kind;
  products: readonly Product[];
  /** The number of the one to begin with. */
  first: number;
}

/** Millimetres. */
export const WIDEST = 2_000;
/** Each one's picture is fetched before a photo is chosen. */
const MOST_VARIANTS = 24;

/** Throws a VitrineError of kind `caller` that says which attribute is wrong and how it is written. */
export function readProducts(element: Element): Products {
  const read = (name: string) => element.getAttribute(name)?.trim() ?? '';
  const written = read('kind') || 'glasses';
  const kind = KINDS.find((known) => known === written);
  if (!kind) throw wrong(`kind="${written}" is not known: it is one of ${KINDS.join(', ')}.`);
  const widthMm = read('width-mm') === '' ? USUAL_WIDTH[kind] : width(read('width-mm'));
  const sku = read('sku');

  if (read('variants') === '') {
    if (read('product') === '') throw wrong('product is missing: it is the address of the product’s picture.');
    return { kind, products: [{ sku, address: absolute(read('product')), label: '', widthMm }], first: 0 };
  }
  const variants = parse(read('variants'));
  const products = variants.map((variant, index): Product => {
    if (typeof variant !== 'object' || variant === null) throw wrong(`variants[${index}] is not an object.`);
    const { sku, product, label, 'width-mm': own } = variant as Partial<Variant>;
    if (typeof sku !== 'string' || typeof product !== 'string' || typeof label !== 'string') {
      throw wrong(`variants[${index}] needs "sku", "product" and "label", each a text.`);
    }
    return { sku, address: absolute(product), label, widthMm: own === undefined ? widthMm : width(own) };
  });
  return { kind, products, first: Math.max(0, products.findIndex((product) => product.sku === sku)) };
}

function parse(json: string): unknown[] {
  let variants: unknown;
  try {
    variants = JSON.parse(json);
  } catch (error) {
    throw wrong(`variants cannot be read as JSON (${String(error)}).`);
  }
  if (!Array.isArray(variants) || variants.length === 0 || variants.length > MOST_VARIANTS) {
    throw wrong(`variants must be a JSON array of 1 to ${MOST_VARIANTS} objects.`);
  }
  return variants;
}

function width(written: unknown): number {
  const millimetres = Number(written);
  if (!(millimetres > 0 && millimetres <= WIDEST)) {
    throw wrong(`width-mm is "${String(written)}": it is the product’s width in millimetres, more than 0 and at most ${WIDEST}.`);
  }
  return millimetres;
}

function absolute(address: string): string {
  try {
    return new URL(address, document.baseURI).href;
  } catch {
    throw wrong(`"${address}" is not the address of a product’s picture.`);
  }
}

const wrong = (sentence: string) => new VitrineError('caller', `<vitrine-try-on>: ${sentence}`);
