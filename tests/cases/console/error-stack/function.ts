interface Reason {
  text: string;
}

type Maker = (reason: Reason) => Error;

const make: Maker = ({ text }: Reason): Error =>
  new Error(text);

export async function handler(): Promise<Response> {
  console.error('failed:', make({ text: 'made above' }));
  console.error(new Error('with more', { cause: 'x' }));
  await fetch('http://127.0.0.1:1/').catch((error) => console.error(error));
  return new Response();
}
