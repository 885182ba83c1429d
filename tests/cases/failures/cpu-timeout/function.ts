export function handler(): Response {
  console.log('before the loop');
  for (;;);
}
