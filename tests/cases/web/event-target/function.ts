export function handler(): Response {
  const seen: string[] = [];
  const target = new EventTarget();
  let count = 0;
  target.addEventListener('x', () => seen.push(`once ${count}`), { once: true });
  target.addEventListener('x', { handleEvent: (event) => seen.push(`object ${count}`) && event.preventDefault() });
  const always = () => seen.push(`always ${count}`);
  target.addEventListener('x', always);
  target.addEventListener('x', always);
  const prevented: boolean[] = [];
  for (count = 1; count <= 2; count++) prevented.push(target.dispatchEvent(new Event('x', { cancelable: count === 1 })));
  target.removeEventListener('x', always);
  let custom: unknown;
  target.addEventListener('y', (event) => (custom = (event as CustomEvent).detail));
  target.dispatchEvent(new CustomEvent('y', { detail: { a: 1 } }));
  return Response.json({ seen, prevented, custom, order: seen.length === 5 });
}
