queueMicrotask(() => { throw new Error('thrown beside'); });

export default (): Response => new Response('never deployed');
