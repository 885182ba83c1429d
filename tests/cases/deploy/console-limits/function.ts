// The first line has exactly as many characters as are kept.
for (let i = 1; i <= 101; i++) console.log(`${i}:`.padEnd(9_999, 'ä') + (i === 1 ? '!' : '!?'));

export default (): Response => new Response();
