export default {
  name: 'the object',
  fetch(_request: Request): Response {
    return new Response(`fetch of ${this.name}`);
  },
};
