interface Reason {
  text: string;
}

type Maker = (reason: Reason) => Error;

const make: Maker = ({ text }: Reason): Error =>
  new Error(text);

export function handler(): Response {
  console.error('failed:', make({ text: 'made above' }));
  return new Response();
}
