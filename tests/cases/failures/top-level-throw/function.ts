type Configuration = { color: string };

function configuration(): Configuration {
  const found: Configuration | undefined = undefined;
  if (found === undefined) {
    throw new Error('no configuration');
  }
  return found;
}

const { color } = configuration();

export default (): Response => new Response(color);
