interface Lines {
  that: 'are gone';
}

export default (_: Request): Response => {
  const inner = new TypeError('inner');
  console.log({ error: new Error('in an object', { cause: inner }) }, [new Error('in a list')]);
  const rich: any = new Error('with properties');
  rich.code = 7;
  console.error(rich);
  return new Response('ok');
};
