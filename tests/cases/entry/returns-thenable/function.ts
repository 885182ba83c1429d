export const handler = () => ({
  then(resolve: (response: Response) => void) {
    resolve(new Response('then'));
  },
});
