export async function handler(): Promise<Response> {
  console.log('waiting');
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  console.log('nobody is there');
  return new Response('too late');
}
