export function handler(): Response {
  console.debug('one');
  console.log('two');
  console.info('three');
  console.warn('four');
  console.error('five');
  console.log('a', 1, true);
  return new Response('said');
}
