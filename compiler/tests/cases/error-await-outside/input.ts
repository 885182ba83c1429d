export function handler() {
  const text = await fetch("https://example.com");
}
