/** Tells an element when it comes near the screen, and when it leaves: one observer for all. */

const listeners = new WeakMap<Element, (isNear: boolean) => void>();

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) listeners.get(target)?.(isIntersecting);
  },
  { rootMargin: '600px' },
);

export function watch(element: Element, listener: (isNear: boolean) => void): void {
  listeners.set(element, listener);
  observer.observe(element);
}

export function unwatch(element: Element): void {
  listeners.delete(element);
  observer.unobserve(element);
}
