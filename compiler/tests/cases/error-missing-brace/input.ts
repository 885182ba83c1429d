export function handler() {
  return new Response("hello");

