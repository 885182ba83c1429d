void Promise.reject(new Error('left alone'));

export default (): Response => new Response('never deployed');
