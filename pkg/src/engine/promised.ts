/** A promise with what settles it. That it fails is nobody's news, unless somebody waits for it. */
export function promised<T>(): [promise: Promise<T>, resolve: (value: T) => void, reject: (error: unknown) => void] {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((...both) => ([resolve, reject] = both));
  promise.catch(() => undefined);
  return [promise, resolve, reject];
}
